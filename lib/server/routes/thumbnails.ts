import { stat } from 'node:fs/promises';
import { encode } from 'fast-png';
import { LRUCache } from 'lru-cache';
import { z } from 'zod';
import type { Thumbnail } from '../../engine/types.js';
import { LabelError } from '../../errors.js';
import { defineRoute } from '../route.js';

/** A list of cases is looked at again and again, and a volume has to be read whole for its picture. */
const pictures = new LRUCache<string, Buffer>({ maxSize: 32 << 20, sizeCalculation: (picture) => picture.length });
const side = 160;

export const thumbnailRoutes = [
  defineRoute({
    method: 'get',
    url: '/datastore/image/thumbnail',
    tag: 'Datastore',
    summary: 'A small picture of an image: its middle axial slice, the right of the patient on the left',
    query: z.object({ image: z.string().meta({ description: 'Id of an image' }) }),
    produces: ['image/png'],
    async handle({ query, services, ctx, signal }) {
      const { app } = services;
      if (!app.datastore.has(query.image)) throw new LabelError('NOT_FOUND', 'Image NOT Found or is a directory');
      const path = app.datastore.imagePath(query.image);
      const { mtimeMs, size } = await stat(path);
      const version = `${size.toString(16)}-${mtimeMs.toString(16)}`;
      ctx.status = 200;
      ctx.set('Cache-Control', 'no-cache');
      ctx.etag = version;
      if (ctx.fresh) {
        ctx.status = 304;
        return;
      }
      const key = `${path}\0${version}`;
      const kept = pictures.get(key);
      const picture = kept ?? png(await app.thumbnail(query.image, side, signal));
      if (kept === undefined) pictures.set(key, picture);
      ctx.type = 'image/png';
      ctx.body = picture;
    },
  }),
];

function png({ width, height, pixels }: Thumbnail): Buffer {
  return Buffer.from(encode({ width, height, data: Uint8Array.from(pixels), channels: 1 }));
}
