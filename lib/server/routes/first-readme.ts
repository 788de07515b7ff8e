/** The routes of the first release's README (April 2021), where images are named by their path. */

import path from 'node:path';
import { z } from 'zod';
import { finalTag, type Datastore } from '../../datastore/datastore.js';
import { LabelError } from '../../errors.js';
import { knownChecksum } from '../../files/checksum.js';
import { inferOutputs, replyWithResult } from '../infer-reply.js';
import { defineRoute } from '../route.js';
import { paramsBody } from '../schemas.js';
import { sendFile } from '../send-file.js';

const tag = 'First release';

export const firstReadmeRoutes = [
  defineRoute({
    method: 'post',
    url: '/activelearning/sample',
    tag,
    summary: 'The next image to label, with the address to download it from',
    query: z.object({ strategy: z.string().default('random'), checksum: z.string().default('true') }),
    body: paramsBody,
    async handle({ query, body, services }) {
      const { app, studies } = services;
      const strategy = typeof body.strategy === 'string' ? body.strategy : query.strategy;
      const sample = await app.nextSample(strategy, body);
      if (typeof sample.id !== 'string') throw new LabelError('NOT_FOUND', 'Every image has a label');
      const file = app.datastore.imagePath(sample.id);
      const checksum = query.checksum === 'false' ? null : `SHA256:${await knownChecksum(file)}`;
      const url = `/download/${Buffer.from(file).toString('base64url')}`;
      return { name: path.basename(file), id: file, path: file, studies, url, checksum };
    },
  }),
  defineRoute({
    method: 'post',
    url: '/inference/:model',
    tag,
    summary: 'Segments an image; the body is the parameters',
    path: z.object({ model: z.string() }),
    query: z.object({ image: z.string(), output: z.enum(inferOutputs).exclude(['dicom_seg']).default('all') }),
    body: paramsBody,
    produces: ['multipart/form-data', 'application/json', 'application/octet-stream'],
    async handle({ path: { model }, query, body, services, ctx, signal }) {
      const image = imageId(services.app.datastore, query.image);
      const result = await services.app.infer({ model, image, params: body }, { signal });
      await replyWithResult(ctx, result, query.output);
    },
  }),
  ...(['post', 'put'] as const).map((method) =>
    defineRoute({
      method,
      url: '/activelearning/label',
      tag,
      summary: 'Saves the label of an image',
      query: z.object({ image: z.string() }),
      files: { label: 'required' },
      async handle({ query, files, services }) {
        const { app, studies } = services;
        const id = imageId(app.datastore, query.image);
        const label = files.label!;
        const ext = label.ext || app.datastore.image(id).ext;
        await app.saveLabel(id, finalTag, { path: label.path, ext }, {});
        return { image: query.image, label: path.relative(studies, app.datastore.labelPath(id, finalTag)) };
      },
    }),
  ),
  defineRoute({
    method: 'get',
    url: '/download/:image',
    tag,
    summary: 'An image by its path in URL-safe base64',
    path: z.object({ image: z.string() }),
    produces: ['application/octet-stream'],
    async handle({ path: { image }, services, ctx }) {
      const { datastore } = services.app;
      const id = datastore.idOfPath(Buffer.from(image, 'base64url').toString('utf8'));
      const notFound = 'Image NOT Found';
      if (id === undefined) throw new LabelError('NOT_FOUND', notFound);
      await sendFile(ctx, datastore.imagePath(id), services.studies, { notFound });
    },
  }),
];

function imageId(datastore: Datastore, idOrPath: string): string {
  return datastore.has(idOrPath) ? idOrPath : (datastore.idOfPath(idOrPath) ?? idOrPath);
}
