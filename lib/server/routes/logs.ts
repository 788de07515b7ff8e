import path from 'node:path';
import { z } from 'zod';
import { lastLines } from '../last-lines.js';
import { defineRoute } from '../route.js';
import { queryFlag } from '../schemas.js';
import { sendPage } from '../static-files.js';

export const logRoutes = [
  defineRoute({
    method: 'get',
    url: '/logs',
    tag: 'Logs',
    summary: 'The last lines of the log, as a page or as text',
    query: z.object({
      lines: z.coerce.number().int().min(0).max(1_000_000).default(300).meta({ description: '0: all of the file' }),
      html: z.string().default('true').meta({ description: 'false: text' }),
      text: queryFlag('true: text'),
      refresh: z.coerce.number().default(0).meta({ description: 'Seconds between updates of the page; 0: none' }),
    }),
    produces: ['text/html', 'text/plain'],
    async handle({ query, services, ctx }) {
      const asText = query.text || /^(false|0|no|off|f|n)$/i.test(query.html);
      if (!asText) return sendPage(ctx, 'logs.html');
      const text = await lastLines(services.logFile, query.lines, path.basename(services.logFile));
      ctx.set('Content-Type', 'text/plain; charset=utf-8');
      ctx.body = text;
    },
  }),
];
