/** Every route, in the order in which they are tried: a fixed address before one with a parameter. */

import type { Route } from '../route.js';
import { activeLearningRoutes } from './activelearning.js';
import { datastoreRoutes } from './datastore.js';
import { firstReadmeRoutes } from './first-readme.js';
import { imageRoutes } from './images.js';
import { inferRoutes } from './infer.js';
import { infoRoutes } from './info.js';
import { labelRoutes } from './labels.js';
import { logRoutes } from './logs.js';
import { thumbnailRoutes } from './thumbnails.js';
import { trainRoutes } from './train.js';

export const routes: readonly Route[] = [
  ...infoRoutes,
  ...firstReadmeRoutes,
  ...activeLearningRoutes,
  ...inferRoutes,
  ...datastoreRoutes,
  ...thumbnailRoutes,
  ...imageRoutes,
  ...labelRoutes,
  ...trainRoutes,
  ...logRoutes,
];
