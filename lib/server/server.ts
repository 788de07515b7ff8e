import { mkdtemp, rm } from 'node:fs/promises';
import http from 'node:http';
import https from 'node:https';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import Router from '@koa/router';
import Koa from 'koa';
import type { App } from '../app/app.js';
import { LabelError } from '../errors.js';
import type { Log } from '../log.js';
import { errorReplies, stackOf } from './middleware/errors.js';
import { corsHeaders, hostGuard } from './middleware/origins.js';
import { requestLog } from './middleware/request-log.js';
import { openApiDocument } from './openapi.js';
import { Pictures } from './pictures.js';
import { mount, replyJson, type Services } from './route.js';
import { routes } from './routes/index.js';
import { sendAnnotationPage, sendAsset, sendPage, sendStatic } from './static-files.js';

export interface ServerOptions {
  readonly app: App;
  readonly log: Log;
  /** Folder of the images. */
  readonly studies: string;
  readonly host: string;
  /** 0: any that is free. */
  readonly port: number;
  readonly logFile: string;
  readonly version: string;
  /** Title of the OpenAPI document. */
  readonly title: string;
  /** In front of every route: "" or "/api". */
  readonly prefix: string;
  readonly corsOrigins: readonly string[];
  readonly allowedHosts: readonly string[];
  /** Bytes that one upload may have. */
  readonly maxUpload: number;
  /** Milliseconds for which an upload may stand still; default a minute. */
  readonly patience?: number;
  readonly tls?: { readonly key: Buffer; readonly cert: Buffer; readonly passphrase?: string };
}

export interface RunningServer {
  /** "http://127.0.0.1:8000" */
  readonly url: string;
  /** Stops accepting, cuts what is open, deletes uploads. The app is closed by whoever made it. */
  close(): Promise<void>;
}

export async function startServer(options: ServerOptions): Promise<RunningServer> {
  const { app, log, logFile, maxUpload, patience = 60_000 } = options;
  const uploads = await mkdtemp(path.join(app.datastore.incoming, 'uploads-'));
  const studies = path.resolve(options.studies);
  const pictures = new Pictures(app.datastore.pictures, (...asked) => app.thumbnail(...asked), log);
  const koa = createKoa(options, { app, log, logFile, maxUpload, patience, uploads, studies, pictures });
  const answer = koa.callback();
  const listener = (request: http.IncomingMessage, response: http.ServerResponse): void => {
    answer(request, response).catch((error: unknown) => {
      response.destroy();
      log.error(`A request could not be answered: ${stackOf(error)}`);
    });
  };
  const server = options.tls
    ? https.createServer({ ...options.tls, ...limits }, listener)
    : http.createServer(limits, listener);

  try {
    await listen(server, options.host, options.port);
  } catch (error) {
    await rm(uploads, { recursive: true });
    throw error;
  }
  const { port } = server.address() as AddressInfo;
  const host = options.host.includes(':') ? `[${options.host}]` : options.host;
  return {
    url: `${options.tls ? 'https' : 'http'}://${host}:${port}`,
    async close() {
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeAllConnections();
      await closed;
      await pictures.close();
      await rm(uploads, { recursive: true, force: true });
    },
  };
}

async function listen(server: http.Server, host: string, port: number): Promise<void> {
  try {
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(port, host, resolve);
    });
  } catch (error) {
    const reason = error instanceof Error && 'code' in error ? String(error.code) : String(error);
    const why = reason === 'EADDRINUSE' ? 'another program listens there' : reason;
    throw new LabelError('IO', `The server cannot listen on port ${port} of ${host}: ${why}`, { cause: error });
  }
}

/**
 * Headers must come at once; a whole upload may take an hour. Uploads that stand still are cut earlier, by form.ts. A
 * connection is kept longer than proxies keep theirs, which is 60 s, lest one sends a request as it closes.
 */
const limits: http.ServerOptions = {
  headersTimeout: 20_000,
  requestTimeout: 3_600_000,
  keepAliveTimeout: 75_000,
  maxHeaderSize: 32 * 1024,
};

function createKoa(options: ServerOptions, services: Services): Koa {
  const koa = new Koa();
  koa.on('error', (error: Error) => options.log.warn(`A reply broke off: ${error.message}`));
  const rules = {
    origins: options.corsOrigins.map((origin) => origin.toLowerCase()),
    hosts: options.allowedHosts.map((name) => name.toLowerCase()),
    address: options.host,
  };
  koa.use(requestLog(options.log));
  koa.use(noSniffing);
  koa.use(corsHeaders(rules));
  koa.use(errorReplies(options.log));
  koa.use(hostGuard(rules));
  for (const router of [pages(options), api(options.prefix, services)]) {
    koa.use(router.routes()).use(router.allowedMethods());
  }
  return koa;
}

/** A label or a log named like a page is still none. */
const noSniffing: Koa.Middleware = (ctx, next) => {
  ctx.set('X-Content-Type-Options', 'nosniff');
  return next();
};

function api(prefix: string, services: Services): Router {
  const router = new Router({ prefix });
  for (const route of routes) mount(router, route, services);
  return router;
}

function pages({ title, version, prefix }: ServerOptions): Router {
  const document = openApiDocument(routes, { title, version, prefix });
  const router = new Router();
  router.get('/', (ctx) => sendAnnotationPage(ctx, prefix));
  router.get('/assets/:name', (ctx) => sendAsset(ctx, ctx.params.name ?? ''));
  router.get('/docs', (ctx) => sendPage(ctx, 'docs.html'));
  router.get('/openapi.json', (ctx) => replyJson(ctx, document));
  router.get('/favicon.ico', (ctx) => sendStatic(ctx, 'favicon-32x32.png'));
  router.get('/static/:name', (ctx) => sendStatic(ctx, ctx.params.name ?? ''));
  return router;
}
