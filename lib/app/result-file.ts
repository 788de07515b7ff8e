/** The file of a result: its type of voxels, and what it says of itself. */

import type { InferOptions, ResultTarget } from '../engine/types.js';
import { LabelError } from '../errors.js';
import { segmentColors } from './segment-colors.js';

export const resultTypes = ['uint8', 'int8', 'uint16', 'int16', 'uint32', 'int32', 'float32', 'float64'] as const;
export type ResultType = (typeof resultTypes)[number];

/** Lowest and highest value of the whole types; floats hold every value that labels have. */
const ranges = new Map<ResultType, readonly [number, number]>([
  ['uint8', [0, 2 ** 8 - 1]],
  ['int8', [-(2 ** 7), 2 ** 7 - 1]],
  ['uint16', [0, 2 ** 16 - 1]],
  ['int16', [-(2 ** 15), 2 ** 15 - 1]],
  ['uint32', [0, 2 ** 32 - 1]],
  ['int32', [-(2 ** 31), 2 ** 31 - 1]],
]);

interface Result {
  readonly target: ResultTarget;
  /** What the client asked for. */
  readonly dtype: ResultType | undefined;
  readonly compress: boolean;
  /** Name → value. */
  readonly labelValues: Readonly<Record<string, number>>;
}

/** Throws INVALID_INPUT where the values do not fit the type that was asked for. */
export function resultFile({ target, dtype, compress, labelValues }: Result): InferOptions['output'] {
  const values = Object.entries(labelValues);
  const colors = segmentColors(values.map(([name]) => name));
  const segments = values.map(([name, value], index) => ({ name, value, color: colors[index]! }));
  const name = 'path' in target ? target.path : target.extension;
  return {
    ...target,
    dtype: dtype === undefined ? smallestType(labelValues) : fitting(dtype, labelValues),
    compress,
    ...(name.endsWith('.seg.nrrd') && { segments }),
  };
}

function fitting(dtype: ResultType, labelValues: Readonly<Record<string, number>>): ResultType {
  const [low, high] = ranges.get(dtype) ?? [-Infinity, Infinity];
  const unfit = Object.entries(labelValues).find(([, value]) => value < low || value > high);
  if (unfit === undefined) return dtype;
  const [name, value] = unfit;
  throw new LabelError(
    'INVALID_INPUT',
    `result_dtype: ${dtype} cannot hold ${value}, the value of ${name}; ask for ${smallestType(labelValues)}`,
  );
}

function smallestType(labelValues: Readonly<Record<string, number>>): ResultType {
  const highest = Math.max(0, ...Object.values(labelValues));
  if (highest < 2 ** 8) return 'uint8';
  return highest < 2 ** 16 ? 'uint16' : 'int32';
}
