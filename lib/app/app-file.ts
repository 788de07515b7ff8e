/** What an app is: the default export of main.ts (or main.js) in its folder. */

import { z } from 'zod';
import { Float } from '../float.js';
import type { Strategy } from '../strategies/strategy.js';
import type { Model, ModelFile, ModelType } from './model.js';

export interface AppFile {
  readonly name: string;
  readonly description: string;
  readonly version: string;
  /** The models to choose from with `--conf models a,b` or `--conf models all`. */
  readonly models: readonly ModelFile[];
  /** Those taken when nothing is chosen; absent: the user has to choose. */
  readonly defaultModels?: readonly string[];
  /** Strategies of its own, beside random, first and last. */
  readonly strategies?: Readonly<Record<string, Strategy>>;
  /** Folder or URL that holds the `pretrained` files of the models; `--conf pretrained_path` replaces it. */
  readonly pretrainedPath?: string;
}

export function defineApp(file: AppFile): AppFile {
  return file;
}

const aFunction = z.custom<(...args: never) => unknown>((value) => typeof value === 'function', 'must be a function');
/** Names become file names and parts of URLs. */
const modelName = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9_+-]{0,63}$/, 'must be letters, digits, "_", "+" or "-"');
const labels = z
  .record(z.string().min(1), z.number().int().min(0).max(65535))
  .refine((values) => new Set(Object.values(values)).size === Object.keys(values).length, 'two labels share a value')
  .refine((values) => Object.values(values).some((value) => value > 0), 'must name at least one label above 0');

const appFileSchema = z.object({
  name: z.string().min(1),
  description: z.string(),
  version: z.string(),
  models: z
    .array(
      z.object({
        name: modelName,
        labels,
        pretrained: z
          .object({
            file: z.string().min(1),
            sha256: z
              .string()
              .regex(/^[0-9a-f]{64}$/)
              .optional(),
          })
          .optional(),
        build: aFunction,
      }),
    )
    .min(1)
    .refine((models) => new Set(models.map(({ name }) => name)).size === models.length, 'two models share a name'),
  defaultModels: z.array(z.string()).optional(),
  strategies: z.record(z.string().min(1), z.object({ description: z.string(), choose: aFunction })).optional(),
  pretrainedPath: z.string().optional(),
});

const spec = z.looseObject({ name: z.string().min(1) });
const option = z.union([z.boolean(), z.number(), z.instanceof(Float), z.string(), z.array(z.string()).min(1)]);
const modelTypes = [
  'segmentation',
  'annotation',
  'classification',
  'deepgrow',
  'deepedit',
  'scribbles',
  'detection',
  'others',
] as const satisfies readonly ModelType[];

const modelSchema = z
  .object({
    type: z.enum(modelTypes),
    description: z.string(),
    dimension: z.union([z.literal(2), z.literal(3)]),
    network: spec.optional(),
    infer: z.object({
      preTransforms: z.array(spec),
      inferer: spec.optional(),
      invert: z.boolean().optional(),
      postTransforms: z.array(spec),
    }),
    train: z
      .object({
        description: z.string(),
        trainTransforms: z.array(spec),
        validationTransforms: z.array(spec),
        validationInferer: spec,
        loss: spec,
        objective: spec.optional(),
        optimizer: spec,
        schedule: spec.optional(),
        accumulate: z.number().int().min(1).optional(),
        clipNorm: z.number().positive().optional(),
        clipValue: z.number().positive().optional(),
        emaDecay: z.number().min(0).lt(1).optional(),
        precision: z.enum(['float32', 'bfloat16']).optional(),
        options: z.record(z.string(), option).optional(),
      })
      .refine(({ clipNorm, clipValue }) => clipNorm === undefined || clipValue === undefined, {
        message: 'clipNorm and clipValue exclude each other',
      })
      .optional(),
    options: z.record(z.string(), option).optional(),
  })
  .refine(({ network, infer }) => (network === undefined) === (infer.inferer === undefined), {
    message: 'network and infer.inferer belong together',
  })
  .refine(({ network, train }) => network !== undefined || train === undefined, {
    message: 'a model without a network cannot be trained',
  });

/** What is wrong with it, field by field; undefined when nothing is. */
export function appFileFaults(value: unknown): string | undefined {
  return faultsOf(appFileSchema.safeParse(value));
}

export function modelFaults(value: Model): string | undefined {
  return faultsOf(modelSchema.safeParse(value));
}

function faultsOf({ error }: z.ZodSafeParseResult<unknown>): string | undefined {
  const faults = error?.issues.map(({ path, message }) => {
    return path.length === 0 ? message : `${z.core.toDotPath(path)}: ${message}`;
  });
  return faults?.join('; ');
}
