import { z } from 'zod';
import { defineRoute } from '../route.js';
import { paramsBody } from '../schemas.js';

export const activeLearningRoutes = [
  defineRoute({
    method: 'post',
    url: '/activelearning/:strategy',
    tag: 'Active learning',
    summary: 'The next image to label, {} when all are',
    path: z.object({ strategy: z.string() }),
    body: paramsBody,
    handle: ({ path, body, services }) => services.app.nextSample(path.strategy, body),
  }),
];
