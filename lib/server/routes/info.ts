import { defineRoute } from '../route.js';

export const infoRoutes = [
  defineRoute({
    method: 'get',
    url: '/info',
    tag: 'Info',
    summary: 'The app: its models, trainers, strategies and how far the data set is labelled',
    handle: ({ services }) => services.app.info(),
  }),
];
