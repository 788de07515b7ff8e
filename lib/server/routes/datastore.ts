import { z } from 'zod';
import { defineRoute } from '../route.js';

export const datastoreRoutes = [
  defineRoute({
    method: 'get',
    url: '/datastore',
    tag: 'Datastore',
    summary: 'How far the data set is labelled, everything that is known of it, or the pairs that training uses',
    query: z.object({ output: z.enum(['stats', 'all', 'train']).default('stats') }),
    handle({ query, services }) {
      const { datastore } = services.app;
      if (query.output === 'all') return Promise.resolve({ ...datastore.catalogue(), id: datastore.id });
      if (query.output === 'stats') return Promise.resolve(datastore.status());
      return Promise.resolve(datastore.labelledCases().map(({ image, label }) => ({ image, label })));
    },
  }),
];
