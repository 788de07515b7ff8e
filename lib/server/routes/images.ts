import { z } from 'zod';
import { LabelError } from '../../errors.js';
import { knownChecksum } from '../../files/checksum.js';
import { readImageHeader } from '../../image/image-header.js';
import { expectedBy } from '../expected.js';
import { withoutExtension } from '../file-name.js';
import { defineRoute, type Route } from '../route.js';
import { jsonObjectField } from '../schemas.js';
import { sendFile } from '../send-file.js';
import { user } from '../user.js';

const tag = 'Datastore';
const imageQuery = z.object({ image: z.string().meta({ description: 'Id of an image' }) });
const notFound = 'Image NOT Found or is a directory';

/** MONAI Label answers at both addresses. */
const imageUrls = ['/datastore/image', '/datastore'];

export const imageRoutes: readonly Route[] = [
  ...imageUrls.map((url) =>
    defineRoute({
      method: 'put',
      url,
      tag,
      summary: 'Adds or replaces an image',
      query: z.object({
        image: z.string().default('').meta({ description: 'Its id; the name of the file when absent' }),
      }),
      body: z.object({ params: jsonObjectField('JSON object that is kept as the information of the image') }),
      files: { file: 'required' },
      handle({ query, body, files, services, ctx, signal }) {
        const file = files.file!;
        const id = query.image === '' ? withoutExtension(file.name) : query.image;
        return services.app.addImage(id, file, { ...body.params, user }, { expected: expectedBy(ctx), signal });
      },
    }),
  ),
  ...imageUrls.map((url) =>
    defineRoute({
      method: 'delete',
      url,
      tag,
      summary: 'Deletes an image with its labels',
      query: z.object({ id: z.string() }),
      async handle({ query, services }) {
        await services.app.datastore.removeImage(query.id);
        return {};
      },
    }),
  ),
  defineRoute({
    method: 'head',
    url: '/datastore/image',
    tag,
    summary: 'Whether an image is there, and is the one with this checksum',
    query: imageQuery.extend({
      check_sum: z.string().optional().meta({ description: '"SHA256:…", or the digits alone' }),
    }),
    async handle({ query, services, ctx }) {
      if (!services.app.datastore.has(query.image)) throw new LabelError('NOT_FOUND', notFound);
      const wanted = query.check_sum?.replace(/^SHA256:/i, '').toLowerCase();
      const path = services.app.datastore.imagePath(query.image);
      if (wanted !== undefined && wanted !== (await knownChecksum(path))) {
        throw new LabelError('NOT_FOUND', 'The image has another checksum');
      }
      await sendFile(ctx, path, services.studies, { notFound });
    },
  }),
  defineRoute({
    method: 'get',
    url: '/datastore/image',
    tag,
    summary: 'The file of an image',
    query: imageQuery,
    produces: ['application/octet-stream'],
    async handle({ query, services, ctx }) {
      const { datastore } = services.app;
      if (!datastore.has(query.image)) throw new LabelError('NOT_FOUND', notFound);
      await sendFile(ctx, datastore.imagePath(query.image), services.studies, { notFound });
    },
  }),
  defineRoute({
    method: 'get',
    url: '/datastore/image/info',
    tag,
    summary: 'The information of an image with its size and place, {} for an unknown one',
    query: imageQuery,
    async handle({ query, services }) {
      const { datastore } = services.app;
      if (!datastore.has(query.image)) return {};
      const path = datastore.imagePath(query.image);
      return { ...datastore.image(query.image).info, ...(await geometryOf(path)), path };
    },
  }),
  defineRoute({
    method: 'put',
    url: '/datastore/image/info',
    tag,
    summary: 'Adds to the information of an image',
    query: imageQuery,
    body: z.object({ info: jsonObjectField('JSON object') }),
    files: {},
    async handle({ query, body, services }) {
      await services.app.datastore.updateImageInfo(query.image, { ...body.info, user });
      return null;
    },
  }),
];

/** What the header of the file says; nothing where there is none that can be read. */
async function geometryOf(path: string) {
  try {
    const { shape, spacing, orientation, units, channels } = await readImageHeader(path);
    return { size: shape, spacing, orientation, units, channels };
  } catch (error) {
    if (error instanceof LabelError) return {};
    throw error;
  }
}
