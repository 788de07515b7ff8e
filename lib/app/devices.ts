/** Devices as clients name them: GPUs by the name of their maker, "cuda", "cuda:1", "cpu". */

import type { DeviceInfo, Precision } from '../engine/types.js';
import { LabelError } from '../errors.js';

export class Devices {
  #devices: readonly DeviceInfo[];

  constructor(devices: readonly DeviceInfo[]) {
    this.#devices = devices;
  }

  /** What the engine says of them now. */
  update(devices: readonly DeviceInfo[]): void {
    this.#devices = devices;
  }

  /** What clients choose from, the default first: the GPUs that can be used, or "cpu" where there is none. */
  get displayNames(): readonly string[] {
    const gpus = this.#gpus;
    const several = gpus.length > 1;
    const names = gpus.map(({ description }, index) => (several ? `${description}:${index}` : description));
    return names.length > 0 ? names : ['cpu'];
  }

  /** The engine's names of those that cannot be used. */
  get ill(): readonly string[] {
    return this.#devices.flatMap(({ name, error }) => (error === undefined ? [] : [name]));
  }

  /** A sentence for each device that cannot be used. */
  get problems(): readonly string[] {
    return this.#devices.flatMap((device) => (device.error === undefined ? [] : [problemOf(device)]));
  }

  /**
   * The engine's name of what was asked for. GPUs that are not there, or cannot be used, mean the CPU unless they are asked
   * for by number. Throws INVALID_INPUT, UNSUPPORTED.
   */
  resolve(asked: string | undefined): string {
    const gpus = this.#gpus;
    const standard = gpus[0]?.name ?? 'cpu';
    if (asked === undefined || asked === '') return standard;
    const shown = this.displayNames.indexOf(asked);
    if (shown >= 0) return gpus[shown]?.name ?? 'cpu';
    const known = this.#devices.find(({ name, description }) => name === asked || description === asked);
    if (known?.error !== undefined) throw new LabelError('UNSUPPORTED', problemOf(known));
    if (known?.name === asked) return asked;
    if (asked === 'cuda' || (asked.startsWith('cuda:') && gpus.length === 0)) return standard;
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

  get #gpus(): readonly DeviceInfo[] {
    return this.#devices.filter(({ name, error }) => name.startsWith('cuda') && error === undefined);
  }

  #choices(): string {
    return [...new Set([...this.displayNames, ...this.#devices.map(({ name }) => name)])].join(', ');
  }
}

function problemOf({ name, description, error }: DeviceInfo): string {
  return `${name} (${description}) cannot be used: ${error}`;
}
