import path from 'node:path';
import { z } from 'zod';
import { finalTag, type Datastore } from '../../datastore/datastore.js';
import { LabelError } from '../../errors.js';
import { expectedBy } from '../expected.js';
import { defineRoute } from '../route.js';
import { jsonObjectField } from '../schemas.js';
import { sendFile } from '../send-file.js';
import { user } from '../user.js';

const tag = 'Datastore';
const notFound = 'Label NOT Found or is a directory';
const labelQuery = z.object({
  label: z.string().meta({ description: 'Id of the image that the label belongs to' }),
  tag: z.string().meta({ description: '"final" for what a person submitted, "original" for what a model proposed' }),
});

export const labelRoutes = [
  defineRoute({
    method: 'put',
    url: '/datastore/label',
    tag,
    summary: 'Saves the label of an image',
    query: z.object({
      image: z.string(),
      tag: z.string().default(finalTag),
      image_etag: z.string().optional().meta({ description: 'ETag of the image it was drawn on; 412 for another' }),
    }),
    body: z.object({ params: jsonObjectField('JSON object: label_values, label_info, client_id, …') }),
    files: { label: 'required' },
    handle({ query, body, files, services, ctx, signal }) {
      const { image, image_etag: stamp } = query;
      const expected = { ...expectedBy(ctx), ...(stamp !== undefined && { image: stamp }) };
      const info = { ...body.params, user };
      return services.app.saveLabel(image, query.tag || finalTag, files.label!, info, { expected, signal });
    },
  }),
  defineRoute({
    method: 'delete',
    url: '/datastore/label',
    tag,
    summary: 'Deletes a label',
    query: z.object({ id: z.string(), tag: z.string() }),
    async handle({ query, services }) {
      try {
        // Also one whose file is away.
        await services.app.datastore.removeLabel(query.id, query.tag);
      } catch (error) {
        if (!(error instanceof LabelError && error.code === 'NOT_FOUND')) throw error;
      }
      return {};
    },
  }),
  defineRoute({
    method: 'head',
    url: '/datastore/label',
    tag,
    summary: 'Whether an image has a label of this tag',
    query: z.object({ image: z.string(), tag: z.string() }),
    async handle({ query, services, ctx }) {
      await sendFile(
        ctx,
        pathOfLabel(services.app.datastore, query.image, query.tag),
        services.app.datastore.labelsFolder,
        { notFound },
      );
    },
  }),
  defineRoute({
    method: 'get',
    url: '/datastore/label',
    tag,
    summary: 'The file of a label',
    query: labelQuery,
    produces: ['application/octet-stream'],
    async handle({ query, services, ctx }) {
      await sendFile(
        ctx,
        pathOfLabel(services.app.datastore, query.label, query.tag),
        services.app.datastore.labelsFolder,
        { notFound },
      );
    },
  }),
  defineRoute({
    method: 'get',
    url: '/datastore/label/placed',
    tag,
    summary: 'A label on the grid of its image, one layer, as .nii.gz; X-Label says what its values mean',
    query: labelQuery,
    produces: ['application/octet-stream'],
    async handle({ query, services, ctx, signal }) {
      const { app } = services;
      if (!app.datastore.hasLabel(query.label, query.tag)) throw new LabelError('NOT_FOUND', notFound);
      const placed = await app.placedLabel(query.label, query.tag, signal);
      if (ctx.res.closed) return placed.release();
      ctx.res.once('close', () => void placed.release().catch(() => {}));
      const { version, label_values, needs_names, notes } = placed;
      ctx.set('X-Label', encodeURIComponent(JSON.stringify({ version, label_values, needs_names, notes })));
      await sendFile(ctx, placed.file, path.dirname(placed.file), { notFound });
    },
  }),
  defineRoute({
    method: 'get',
    url: '/datastore/label/info',
    tag,
    summary: 'The information of a label, {} for an unknown one',
    query: labelQuery,
    handle({ query, services }) {
      const { datastore } = services.app;
      if (!datastore.hasLabel(query.label, query.tag)) return Promise.resolve({});
      const { info } = datastore.label(query.label, query.tag);
      return Promise.resolve({ ...info, path: datastore.labelPath(query.label, query.tag) });
    },
  }),
  ...(
    [
      ['/datastore/label/info', 'info'],
      ['/datastore/updatelabelinfo', 'params'],
    ] as const
  ).map(([url, field]) =>
    defineRoute({
      method: 'put',
      url,
      tag,
      summary: 'Adds to the information of a label',
      query: labelQuery,
      body: z.object({ [field]: jsonObjectField('JSON object') }),
      files: {},
      async handle({ query, body, services }) {
        await services.app.updateLabelInfo(query.label, query.tag, { ...body[field], user });
        return null;
      },
    }),
  ),
];

function pathOfLabel(datastore: Datastore, id: string, labelTag: string): string {
  if (!datastore.hasLabel(id, labelTag)) throw new LabelError('NOT_FOUND', notFound);
  return datastore.labelPath(id, labelTag);
}
