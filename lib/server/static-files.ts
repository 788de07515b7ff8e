/** Pages and their assets: all in the package, none from elsewhere. */

import path from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Context } from 'koa';
import { sendFile } from './send-file.js';

/** The compiled file lies in dist/lib/server, the assets beside the sources. */
const folder = fileURLToPath(new URL('../../../lib/server/static/', import.meta.url));

const policy = "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; frame-ancestors 'none'";

export async function sendPage(ctx: Context, name: string): Promise<void> {
  ctx.set('Content-Security-Policy', policy);
  await sendStatic(ctx, name);
}

export async function sendStatic(ctx: Context, name: string): Promise<void> {
  ctx.set('X-Content-Type-Options', 'nosniff');
  await sendFile(ctx, path.join(folder, name), folder, { notFound: 'Not Found', saveAs: null });
}
