/** Pages and their assets: all in the package, none from elsewhere. */

import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import type { Context } from 'koa';
import { LabelError } from '../errors.js';
import { packageRoot } from '../package-root.js';
import { mediaType } from './media-type.js';
import { resolveUnder, sendFile } from './send-file.js';

const folder = path.join(packageRoot, 'lib', 'server', 'static');
/** The annotation page, as Vite builds it from web/. */
const annotationPage = path.join(packageRoot, 'dist', 'page');

const policy = "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; frame-ancestors 'none'";

/** NiiVue has its font and its surfaces as data: images; nothing else comes from anywhere but the server. */
const annotationPolicy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "connect-src 'self'",
  "img-src 'self' data:",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

export async function sendPage(ctx: Context, name: string): Promise<void> {
  ctx.set('Content-Security-Policy', policy);
  await sendStatic(ctx, name);
}

export async function sendStatic(ctx: Context, name: string): Promise<void> {
  await sendFile(ctx, path.join(folder, name), folder, { notFound: 'Not Found', saveAs: null });
}

/** `prefix`: in front of every route of the interface, which the page must know. */
export async function sendAnnotationPage(ctx: Context, prefix: string): Promise<void> {
  const page = await readFile(path.join(annotationPage, 'index.html'), 'utf8').catch(() => undefined);
  if (page === undefined) {
    throw new LabelError('NOT_FOUND', 'The annotation page is not built: run "npm run build". /docs has the interface');
  }
  ctx.set('Content-Security-Policy', annotationPolicy);
  ctx.set('Referrer-Policy', 'no-referrer');
  ctx.set('Cache-Control', 'no-cache');
  ctx.set('Content-Type', 'text/html; charset=utf-8');
  ctx.body = page.replace('data-api=""', `data-api="${encodeURI(prefix)}"`);
}

/** Scripts and styles of the annotation page: their names change with their contents. */
export async function sendAsset(ctx: Context, name: string): Promise<void> {
  const notFound = 'Not Found';
  const assets = path.join(annotationPage, 'assets');
  const file = await resolveUnder(path.join(assets, name), assets);
  if (file === undefined) throw new LabelError('NOT_FOUND', notFound);
  ctx.vary('Accept-Encoding');
  if (ctx.acceptsEncodings('gzip', 'identity') === 'gzip') {
    ctx.set('Content-Type', mediaType(name));
    ctx.set('Content-Encoding', 'gzip');
    ctx.body = await compressed(file);
  } else {
    await sendFile(ctx, file, assets, { notFound, saveAs: null });
  }
  ctx.set('Cache-Control', 'public, max-age=31536000, immutable');
}

const compress = promisify(gzip);
const compressedFiles = new Map<string, Promise<Buffer>>();

/** Made once for each file, for it does not change. */
function compressed(file: string): Promise<Buffer> {
  let bytes = compressedFiles.get(file);
  if (bytes === undefined) {
    bytes = readFile(file).then((contents) => compress(contents, { level: 9 }));
    compressedFiles.set(file, bytes);
    bytes.catch(() => compressedFiles.delete(file));
  }
  return bytes;
}
