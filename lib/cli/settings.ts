/** The MONAI_LABEL_* variables of the environment, and of a file .env in the working folder. */

import { readFileSync } from 'node:fs';
import path from 'node:path';
import { parseEnv } from 'node:util';
import { z } from 'zod';
import { LabelError } from '../errors.js';

function jsonText<Schema extends z.ZodType>(schema: Schema, message: string) {
  return z.string().transform((text, issues): z.output<Schema> => {
    const value = schema.safeParse(tryJson(text));
    if (value.success) return value.data;
    issues.addIssue({ code: 'custom', message });
    return z.NEVER;
  });
}

const jsonList = jsonText(z.array(z.string()), 'it must be a JSON list of strings');
const jsonMap = jsonText(z.record(z.string(), z.coerce.string()), 'it must be a JSON object');

const settingsSchema = z.object({
  /** In front of every route. */
  MONAI_LABEL_API_STR: z.string().default(''),
  /** Title of the OpenAPI document. */
  MONAI_LABEL_PROJECT_NAME: z.string().default('MONAILabel'),
  MONAI_LABEL_APP_DIR: z.string().optional(),
  MONAI_LABEL_STUDIES: z.string().optional(),
  /** Folder for labels and catalogue where the studies are only read. */
  MONAI_LABEL_LABELS: z.string().optional(),
  MONAI_LABEL_APP_CONF: jsonMap.default({}),
  MONAI_LABEL_SERVER_PORT: z.string().default('8000'),
  /** Web pages that may use the server, besides those of this computer; ["*"]: all. */
  MONAI_LABEL_CORS_ORIGINS: jsonList.default([]),
  /** Host names, besides this computer's, that the server answers for. */
  MONAI_LABEL_ALLOWED_HOSTS: jsonList.default([]),
  /** Bytes that one upload may have. */
  MONAI_LABEL_MAX_UPLOAD: z.coerce
    .number()
    .int()
    .positive()
    .default(8 * 2 ** 30),
  MONAI_LABEL_DATASTORE_AUTO_RELOAD: z.stringbool().default(true),
  MONAI_LABEL_DATASTORE_FILE_EXT: jsonList.optional(),
});

export const settingNames: readonly string[] = Object.keys(settingsSchema.shape);

export type Settings = z.output<typeof settingsSchema>;

/** The environment, and below it what a `.env` in `folder` says of MONAI Label's variables. */
export function environmentIn(folder: string): Record<string, string | undefined> {
  try {
    const lines = Object.entries(parseEnv(readFileSync(path.join(folder, '.env'), 'utf8')));
    return { ...Object.fromEntries(lines.filter(([name]) => name.startsWith('MONAI_'))), ...process.env };
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return process.env;
    throw new LabelError('INVALID_INPUT', `The file .env in ${folder} cannot be read: ${String(error)}`);
  }
}

/** Throws INVALID_INPUT with the name of the variable that cannot be understood. */
export function readSettings(environment: Readonly<Record<string, string | undefined>>): Settings {
  const given = Object.entries(environment).filter(([, value]) => value !== undefined && value !== '');
  const result = settingsSchema.safeParse(Object.fromEntries(given));
  if (result.success) return result.data;
  const issue = result.error.issues[0]!;
  throw new LabelError('INVALID_INPUT', `The environment variable ${issue.path.join('.')}: ${issue.message}`);
}

function tryJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}
