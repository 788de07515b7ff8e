/**
 * Who may ask. There is no login yet, so a page of another site must not be able to make a browser act on this server:
 * requests with a foreign `Origin` are refused unless it is configured, and so are requests for a host name that is not
 * this computer's (DNS rebinding). Programs send no Origin and are not concerned.
 */

import os from 'node:os';
import cors from '@koa/cors';
import type { Context, Middleware } from 'koa';
import { LabelError } from '../../errors.js';

const loopbackNames = ['localhost', '127.0.0.1', '[::1]'];

export interface OriginRules {
  /** Origins besides our own and those of this computer; "*" allows all. */
  readonly origins: readonly string[];
  /** Host names, lower case, besides those of this computer under which the server is reached. */
  readonly hosts: readonly string[];
  /** The address that the server listens on. */
  readonly address: string;
}

/** CORS headers for origins that are allowed, on failures too. */
export function corsHeaders(rules: OriginRules): Middleware {
  return cors({
    origin: (ctx) => (originAllowed(ctx, rules) ? ctx.get('Origin') : ''),
    // Not with "*": any page could then use what a browser knows of this server's users.
    credentials: !rules.origins.includes('*'),
    maxAge: 600,
    exposeHeaders: ['Content-Disposition', 'Content-Length', 'Content-Range', 'ETag', 'X-Label'],
  });
}

export function hostGuard(rules: OriginRules): Middleware {
  return async (ctx, next) => {
    const host = ctx.hostname.toLowerCase();
    if (![...loopbackNames, ...rules.hosts].includes(host) && !namesOfThisComputer(rules.address).includes(host)) {
      throw new LabelError(
        'INVALID_INPUT',
        `This server does not answer for the host "${host}"; if that is its name, MONAI_LABEL_ALLOWED_HOSTS must list it`,
        { status: 403 },
      );
    }
    if (!originAllowed(ctx, rules)) {
      throw new LabelError('INVALID_INPUT', `Pages of ${ctx.get('Origin')} may not use this server`, { status: 403 });
    }
    await next();
  };
}

/** As browsers write them in `Host`. They are asked anew each time, since addresses come and go; on loopback there are none. */
function namesOfThisComputer(address: string): readonly string[] {
  if (isLoopback(address)) return [];
  const hostname = os.hostname().toLowerCase();
  const addresses = Object.values(os.networkInterfaces()).flatMap((each) => each ?? []);
  return [
    bracketed(address.toLowerCase()),
    hostname,
    hostname.split('.')[0]!,
    `${hostname.split('.')[0]!}.local`,
    ...addresses.map((each) => bracketed(each.address)),
  ];
}

function isLoopback(address: string): boolean {
  return address === 'localhost' || address === '::1' || /^127\.\d+\.\d+\.\d+$/.test(address);
}

function bracketed(address: string): string {
  return address.includes(':') ? `[${address}]` : address;
}

function originAllowed(ctx: Context, { origins, hosts }: OriginRules): boolean {
  const origin = ctx.get('Origin').toLowerCase();
  if (origin === '' || origins.includes('*') || origins.includes(origin)) return true;
  const url = URL.canParse(origin) ? new URL(origin) : undefined;
  if (url === undefined) return false;
  // A proxy in front may have changed Host; the page is ours under any of our names.
  return url.host === ctx.host.toLowerCase() || [...loopbackNames, ...hosts].includes(url.hostname);
}
