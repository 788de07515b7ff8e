import { stat } from 'node:fs/promises';
import { z } from 'zod';
import { LabelError } from '../../errors.js';
import { defineRoute } from '../route.js';

export const thumbnailRoutes = [
  defineRoute({
    method: 'get',
    url: '/datastore/image/thumbnail',
    tag: 'Datastore',
    summary: 'A small picture of an image: its middle axial slice, the right of the patient on the left',
    query: z.object({ image: z.string().meta({ description: 'Id of an image' }) }),
    produces: ['image/png'],
    async handle({ query, services, ctx, signal }) {
      const { datastore } = services.app;
      if (!datastore.has(query.image)) throw new LabelError('NOT_FOUND', 'Image NOT Found or is a directory');
      const { mtimeMs, size } = await stat(datastore.imagePath(query.image));
      const version = `${size.toString(16)}-${mtimeMs.toString(16)}`;
      ctx.status = 200;
      ctx.set('Cache-Control', 'no-cache');
      ctx.etag = version;
      if (ctx.fresh) {
        ctx.status = 304;
        return;
      }
      const picture = await services.pictures.get(query.image, version, signal);
      ctx.type = 'image/png';
      ctx.body = picture;
    },
  }),
];
