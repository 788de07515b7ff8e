/** Devices as clients name them: GPUs by the name of their maker, "cuda", "cuda:1", "cpu". */

import type { DeviceInfo, Precision } from '../engine/types.js';
import { LabelError } from '../errors.js';

export class Devices {
  /** What clients choose from, the default first: the GPUs, or "cpu" where there is none. */
  readonly displayNames: readonly string[];
  readonly #devices: readonly DeviceInfo[];
  readonly #gpus: readonly DeviceInfo[];

  constructor(devices: readonly DeviceInfo[]) {
    this.#devices = devices;
    this.#gpus = devices.filter(({ name }) => name.startsWith('cuda'));
    const several = this.#gpus.length > 1;
    const gpuNames = this.#gpus.map(({ description }, index) => (several ? `${description}:${index}` : description));
    this.displayNames = gpuNames.length > 0 ? gpuNames : ['cpu'];
  }

  /** The engine's name of what was asked for. GPUs that are not there mean the CPU. Throws INVALID_INPUT. */
  resolve(asked: string | undefined): string {
    const standard = this.#gpus[0]?.name ?? 'cpu';
    if (asked === undefined || asked === '') return standard;
    const shown = this.displayNames.indexOf(asked);
    if (shown >= 0) return this.#gpus[shown]?.name ?? 'cpu';
    if (this.#devices.some(({ name }) => name === asked)) return asked;
    if (asked === 'cuda' || (asked.startsWith('cuda:') && this.#gpus.length === 0)) return standard;
    throw new LabelError(
      'INVALID_INPUT',
      `There is no device ${JSON.stringify(asked)}: choose from ${this.#choices()}`,
    );
  }

  /** Throws UNSUPPORTED when a device (by the engine's name) cannot compute so. */
  requirePrecision(device: string, precision: Precision): void {
    const precisions = this.#devices.find(({ name }) => name === device)?.precisions ?? ['float32'];
    if (precisions.includes(precision)) return;
    throw new LabelError('UNSUPPORTED', `${device} does not compute in ${precision}: it has ${precisions.join(', ')}`);
  }

  #choices(): string {
    return [...new Set([...this.displayNames, ...this.#devices.map(({ name }) => name)])].join(', ');
  }
}
