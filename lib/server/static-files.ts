/** Pages and their assets: all in the package, none from elsewhere. */

import path from 'node:path';
import type { Context } from 'koa';
import { packageRoot } from '../package-root.js';
import { sendFile } from './send-file.js';

const folder = path.join(packageRoot, 'lib', 'server', 'static');

const policy = "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; frame-ancestors 'none'";

export async function sendPage(ctx: Context, name: string): Promise<void> {
  ctx.set('Content-Security-Policy', policy);
  await sendStatic(ctx, name);
}

export async function sendStatic(ctx: Context, name: string): Promise<void> {
  ctx.set('X-Content-Type-Options', 'nosniff');
  await sendFile(ctx, path.join(folder, name), folder, { notFound: 'Not Found', saveAs: null });
}
