/**
 * Who may ask. There is no login yet, so a page of another site must not be able to make a browser act on this server:
 * requests with a foreign `Origin` are refused unless it is configured, and on a loopback address so are requests for a
 * host name that is not this computer's (DNS rebinding). Programs send no Origin and are not concerned.
 */

import cors from '@koa/cors';
import type { Context, Middleware } from 'koa';
import { LabelError } from '../../errors.js';

const loopbackNames = ['localhost', '127.0.0.1', '[::1]'];

export interface OriginRules {
  /** Origins besides our own and those of this computer; "*" allows all. */
  readonly origins: readonly string[];
  /** Host names besides those of this computer under which a server on a loopback address is reached. */
  readonly hosts: readonly string[];
  readonly loopback: boolean;
}

export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || /^127\.\d+\.\d+\.\d+$/.test(host);
}

/** CORS headers for origins that are allowed, on failures too. */
export function corsHeaders(rules: OriginRules): Middleware {
  return cors({
    origin: (ctx) => (originAllowed(ctx, rules) ? ctx.get('Origin') : ''),
    credentials: true,
    maxAge: 600,
    exposeHeaders: ['Content-Disposition', 'Content-Length', 'Content-Range', 'ETag', 'X-Label'],
  });
}

export function refuseStrangers(rules: OriginRules): Middleware {
  return async (ctx, next) => {
    if (rules.loopback && ![...loopbackNames, ...rules.hosts].includes(ctx.hostname.toLowerCase())) {
      throw new LabelError('INVALID_INPUT', `This server does not answer for the host "${ctx.hostname}"`, {
        status: 403,
      });
    }
    if (!originAllowed(ctx, rules)) {
      throw new LabelError('INVALID_INPUT', `Pages of ${ctx.get('Origin')} may not use this server`, { status: 403 });
    }
    await next();
  };
}

function originAllowed(ctx: Context, { origins }: OriginRules): boolean {
  const origin = ctx.get('Origin');
  if (origin === '' || origins.includes('*') || origins.includes(origin)) return true;
  const url = URL.canParse(origin) ? new URL(origin) : undefined;
  if (url === undefined) return false;
  return url.host === ctx.host || loopbackNames.includes(url.hostname);
}
