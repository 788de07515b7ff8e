/** The OpenAPI 3.1 document, written from the same route table that answers requests. */

import { z } from 'zod';
import type { Route } from './route.js';

type Json = Record<string, unknown>;

interface Title {
  readonly title: string;
  readonly version: string;
  /** In front of every route: "" or "/api". */
  readonly prefix: string;
}

export function openApiDocument(routes: readonly Route[], { title, version, prefix }: Title): Json {
  const paths: Record<string, Json> = {};
  for (const route of routes) {
    const url = prefix + route.url.replace(/:(\w+)/g, '{$1}');
    paths[url] = { ...paths[url], [route.method]: operation(route) };
  }
  return { openapi: '3.1.0', info: { title, version }, paths };
}

function operation(route: Route): Json {
  const parameters = [...parametersOf(route.path, 'path'), ...parametersOf(route.query, 'query')];
  const body = requestBody(route);
  return {
    tags: [route.tag],
    summary: route.summary,
    ...(parameters.length > 0 && { parameters }),
    ...(body && { requestBody: body }),
    responses: {
      200: { description: 'Success', content: contentOf(route.produces ?? ['application/json'], {}) },
      default: { description: 'Failure', content: contentOf(['application/json'], failure) },
    },
  };
}

const failure: Json = {
  type: 'object',
  properties: { detail: { description: 'A sentence, or the list of what is wrong with the request (422)' } },
  required: ['detail'],
};

function parametersOf(schema: z.ZodType | undefined, place: 'path' | 'query'): Json[] {
  if (schema === undefined) return [];
  const { properties, required } = objectSchema(schema);
  return Object.entries(properties).map(([name, property]) => {
    const { description, ...rest } = property;
    return {
      name,
      in: place,
      required: place === 'path' || required.includes(name),
      ...(description !== undefined && { description }),
      schema: rest,
    };
  });
}

function requestBody(route: Route): Json | undefined {
  if (route.files === undefined) {
    return route.body && { content: contentOf(['application/json'], jsonSchema(route.body)) };
  }
  const { properties, required } = route.body ? objectSchema(route.body) : { properties: {}, required: [] };
  const files = Object.entries(route.files);
  const schema = {
    type: 'object',
    properties: {
      ...properties,
      ...Object.fromEntries(files.map(([name]) => [name, { type: 'string', format: 'binary' }])),
    },
    required: [...required, ...files.filter(([, need]) => need === 'required').map(([name]) => name)],
  };
  return { content: contentOf(['multipart/form-data'], schema) };
}

function contentOf(types: readonly string[], schema: Json): Json {
  return Object.fromEntries(types.map((type) => [type, { schema }]));
}

function objectSchema(schema: z.ZodType): { properties: Record<string, Json>; required: string[] } {
  const json = jsonSchema(schema);
  return {
    properties: (json.properties ?? {}) as Record<string, Json>,
    required: (json.required ?? []) as string[],
  };
}

function jsonSchema(schema: z.ZodType): Json {
  const json: Json = { ...z.toJSONSchema(schema, { io: 'input' }) };
  delete json.$schema;
  return json;
}
