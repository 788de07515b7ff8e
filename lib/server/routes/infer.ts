import { z } from 'zod';
import { LabelError } from '../../errors.js';
import { inferOutputs, replyWithResult } from '../infer-reply.js';
import { defineRoute } from '../route.js';
import { jsonObjectField } from '../schemas.js';

export const inferRoutes = [
  defineRoute({
    method: 'post',
    url: '/infer/:model',
    tag: 'Infer',
    summary: 'Segments an image of the datastore or an uploaded one',
    path: z.object({ model: z.string() }),
    query: z.object({
      image: z.string().default('').meta({ description: 'Id of an image of the datastore' }),
      session_id: z.string().default('').meta({ description: 'This server keeps no sessions' }),
      output: z.enum(inferOutputs).default('all').meta({ description: 'all: a form with "params" and "image"' }),
    }),
    body: z.object({ params: jsonObjectField('JSON object: result_extension, result_dtype, device, …') }),
    files: { file: 'optional', label: 'optional' },
    produces: ['multipart/form-data', 'application/json', 'application/octet-stream'],
    async handle({ path, query, body, files, services, ctx, signal }) {
      if (query.session_id !== '') throw new LabelError('NOT_FOUND', `Session (${query.session_id}) Not Found`);
      if (query.output === 'dicom_seg') {
        const message = 'DICOM SEG format is not supported in a non-DICOM datastore';
        throw new LabelError('UNSUPPORTED', message);
      }
      // What the parameters name wins over the address, as in MONAI Label.
      const { model = path.model, image = query.image, ...params } = body.params;
      if (typeof model !== 'string' || typeof image !== 'string') {
        throw new LabelError('INVALID_INPUT', 'params.model and params.image must be texts');
      }
      const request = {
        model,
        params,
        ...(image !== '' && { image }),
        ...(files.file && { file: files.file.path }),
      };
      const result = await services.app.infer(request, { signal });
      await replyWithResult(ctx, result, query.output);
    },
  }),
];
