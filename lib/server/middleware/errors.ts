import type { Context, Middleware } from 'koa';
import { LabelError } from '../../errors.js';
import type { Log } from '../../log.js';
import { ValidationError } from '../validation.js';

/** How long a body that nobody reads may still arrive, so that the client gets to read the reply. */
const lingerSeconds = 2;

/**
 * Every failure becomes `{"detail": …}`, also "no such route" and "not with this method". The log gets what clients do
 * not: the stack, and the message of what went wrong inside, which may hold paths.
 */
export function errorReplies(log: Log): Middleware {
  return async (ctx, next) => {
    try {
      await next();
      if (ctx.body === undefined || ctx.body === null) replyToUnanswered(ctx);
    } catch (error) {
      if (ctx.res.headersSent || ctx.res.destroyed) return;
      const { status, detail } = describe(error);
      if (status >= 500) log.error(`${ctx.method} failed with ${status}: ${stackOf(error)}`);
      reply(ctx, status, detail);
    } finally {
      closeUnreadBody(ctx);
    }
  };
}

function replyToUnanswered(ctx: Context): void {
  if (ctx.status === 404) reply(ctx, 404, 'Not Found');
  if (ctx.status === 405) reply(ctx, 405, 'Method Not Allowed');
  if (ctx.status === 501) reply(ctx, 501, 'Not Implemented');
}

function reply(ctx: Context, status: number, detail: unknown): void {
  for (const name of ['Content-Disposition', 'Content-Length', 'ETag', 'Last-Modified', 'Accept-Ranges']) {
    ctx.remove(name);
  }
  ctx.status = status;
  ctx.set('Content-Type', 'application/json');
  ctx.body = JSON.stringify({ detail });
}

function describe(error: unknown): { status: number; detail: unknown } {
  if (error instanceof LabelError && error.status !== 500) return { status: error.status, detail: error.message };
  if (error instanceof ValidationError) return { status: 422, detail: error.problems };
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  if (code === 'ENOSPC' || code === 'EDQUOT') return { status: 507, detail: 'The disk of the server is full' };
  if (code === 'EROFS' || code === 'EACCES') return { status: 500, detail: 'The server may not write there' };
  if (code === 'ECONNRESET' || code === 'ERR_STREAM_PREMATURE_CLOSE') {
    return { status: 400, detail: 'The request ended before its body was complete' };
  }
  return { status: 500, detail: 'Internal Server Error' };
}

export function stackOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const cause = error.cause === undefined ? '' : `\ncaused by ${stackOf(error.cause)}`;
  return `${error.stack ?? error.message}${cause}`;
}

function closeUnreadBody(ctx: Context): void {
  if (ctx.req.complete || ctx.req.socket.destroyed) return;
  if (['GET', 'HEAD', 'DELETE'].includes(ctx.method)) {
    // A length without a body is left over from an earlier request of that client.
    ctx.set('Connection', 'close');
    return;
  }
  ctx.req.resume();
  const socket = ctx.req.socket;
  ctx.res.once('finish', () => {
    setTimeout(() => {
      if (!ctx.req.complete) socket.destroy();
    }, lingerSeconds * 1000).unref();
  });
}
