import type { Middleware } from 'koa';
import type { Log } from '../../log.js';

/** A line for each request that may change something, and for each failure. Never ids, queries or headers. */
export function requestLog(log: Log): Middleware {
  return async (ctx, next) => {
    const start = performance.now();
    await next();
    if (ctx.status < 400 && (ctx.method === 'GET' || ctx.method === 'HEAD')) return;
    const route = (ctx as { _matchedRoute?: unknown })._matchedRoute;
    const url = typeof route === 'string' ? route : '(no route)';
    const outcome = ctx.res.destroyed ? 'abandoned' : ctx.status;
    log.info(`${ctx.method} ${url} ${outcome} ${Math.round(performance.now() - start)} ms`);
  };
}
