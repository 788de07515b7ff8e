/** What a route is: a description from which requests are checked and the OpenAPI document is written. */

import type Router from '@koa/router';
import type { Context } from 'koa';
import { z } from 'zod';
import type { App } from '../app/app.js';
import { LabelError } from '../errors.js';
import { toJson } from '../float.js';
import type { Log } from '../log.js';
import { readForm, type UploadedFile } from './form.js';
import { readJson } from './json-body.js';
import type { Pictures } from './pictures.js';
import { validate } from './validation.js';

/** What every handler may use. */
export interface Services {
  readonly app: App;
  readonly log: Log;
  /** Absolute path; the images and labels lie below it. */
  readonly studies: string;
  readonly logFile: string;
  readonly pictures: Pictures;
  /** Folder for uploads that are being received. */
  readonly uploads: string;
  /** Bytes that one upload may have. */
  readonly maxUpload: number;
  /** Milliseconds for which a form may stand still, and in which JSON has to arrive. */
  readonly patience: number;
}

/** Files of a multipart form by name of the part, and whether a request without it is refused. */
type FormFiles = Readonly<Record<string, 'required' | 'optional'>>;

type None = z.ZodObject<Record<never, never>>;

interface RouteInputs<Path extends z.ZodType, Query extends z.ZodType, Body extends z.ZodType> {
  readonly path: z.output<Path>;
  readonly query: z.output<Query>;
  readonly body: z.output<Body>;
  readonly files: Readonly<Record<string, UploadedFile | undefined>>;
  readonly services: Services;
  /** For headers and replies that are not JSON. */
  readonly ctx: Context;
  /** Aborted when the client has gone before the reply was complete. */
  readonly signal: AbortSignal;
}

interface RouteDefinition<Path extends z.ZodType, Query extends z.ZodType, Body extends z.ZodType> {
  readonly method: 'get' | 'head' | 'post' | 'put' | 'delete';
  /** With parameters as ":model"; a trailing slash in a request makes no difference. */
  readonly url: string;
  readonly tag: string;
  readonly summary: string;
  readonly path?: Path;
  readonly query?: Query;
  /** The JSON body, or the text fields of the form where `files` is given. */
  readonly body?: Body;
  readonly files?: FormFiles;
  /** Media types of the reply; JSON when absent. */
  readonly produces?: readonly string[];
  /** What it resolves with is sent as JSON; with undefined it has replied through `ctx` itself. */
  handle(inputs: RouteInputs<Path, Query, Body>): Promise<unknown>;
}

export type Route = RouteDefinition<z.ZodType, z.ZodType, z.ZodType>;

export function defineRoute<
  Path extends z.ZodType = None,
  Query extends z.ZodType = None,
  Body extends z.ZodType = None,
>(route: RouteDefinition<Path, Query, Body>): Route {
  return route;
}

/** Adds a route to the router: checks the request, hands it over, deletes what was uploaded and not taken. */
export function mount(router: Router, route: Route, services: Services): void {
  const nothing = z.object({});
  router[route.method](route.url, async (ctx) => {
    const signal = clientGone(ctx);
    const path = validate(route.path ?? nothing, 'path', ctx.params);
    const query = validate(route.query ?? nothing, 'query', lastOfEach(ctx.query));
    const form = route.files && (await readForm(ctx.req, Object.keys(route.files), services));
    try {
      const sent = form?.fields ?? (route.body && (await readJson(ctx.req, services.patience)));
      const body = route.body && validate(route.body, 'body', sent);
      const files = form?.files ?? {};
      if (route.files) validate(requiredFiles(route.files), 'body', files);
      if (signal.aborted) throw new LabelError('CANCELLED', 'The client has gone');
      const answer = await route.handle({ path, query, body, files, services, ctx, signal });
      if (answer !== undefined) replyJson(ctx, answer);
    } finally {
      await form?.discard();
    }
  });
}

export function replyJson(ctx: Context, answer: unknown): void {
  ctx.status = 200;
  ctx.set('Content-Type', 'application/json');
  ctx.body = toJson(answer);
}

function requiredFiles(files: FormFiles): z.ZodType {
  const required = Object.entries(files).filter(([, need]) => need === 'required');
  return z.object(Object.fromEntries(required.map(([name]) => [name, z.object({})])));
}

/** A query parameter that was given twice counts as given last. */
function lastOfEach(
  query: Readonly<Record<string, string | string[] | undefined>>,
): Record<string, string | undefined> {
  const entries = Object.entries(query).map(([name, value]) => [name, Array.isArray(value) ? value.at(-1) : value]);
  return Object.fromEntries(entries) as Record<string, string | undefined>;
}

function clientGone(ctx: Context): AbortSignal {
  const abort = new AbortController();
  if (ctx.res.closed || ctx.req.destroyed) abort.abort();
  ctx.res.once('close', () => {
    if (!ctx.res.writableFinished) abort.abort();
  });
  return abort.signal;
}
