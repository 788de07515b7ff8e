/** Keeps what is known of the devices true: one that fails is told and left alone, and taken up again when it answers. */

import type { OperationRunner } from '../engine/types.js';
import type { Log } from '../log.js';
import type { Devices } from './devices.js';

interface Parts {
  readonly engine: OperationRunner;
  readonly devices: Devices;
  readonly log: Log;
  /** How long a device that cannot be used is left alone; a minute when absent. */
  readonly patience?: number;
}

export class DeviceWatch {
  readonly #parts: Parts;
  #next: NodeJS.Timeout | undefined;
  #isClosed = false;

  constructor(parts: Parts) {
    this.#parts = parts;
    for (const problem of parts.devices.problems) parts.log.error(problem);
    this.#lookAgainLater();
  }

  /** For after a failure, which may have been a device's. */
  async look(): Promise<void> {
    const { engine, devices, log } = this.#parts;
    try {
      const known = devices.problems;
      devices.update((await engine.run('info', {})).devices);
      for (const problem of devices.problems) if (!known.includes(problem)) log.error(problem);
      if (known.length > 0 && devices.problems.length === 0) log.info('All devices can be used again');
    } catch (error) {
      if (!this.#isClosed) log.warn(`The devices could not be looked at: ${String(error)}`);
    }
    this.#lookAgainLater();
  }

  close(): void {
    this.#isClosed = true;
    clearTimeout(this.#next);
  }

  /** Another program may have had the device, and may have ended. */
  #lookAgainLater(): void {
    const { devices, patience = 60_000 } = this.#parts;
    if (this.#isClosed || this.#next !== undefined || devices.ill.length === 0) return;
    this.#next = setTimeout(() => {
      this.#next = undefined;
      void this.#tryAgain();
    }, patience).unref();
  }

  async #tryAgain(): Promise<void> {
    const { engine, devices } = this.#parts;
    await Promise.allSettled(devices.ill.map((device) => engine.run('selfTest', { device })));
    await this.look();
  }
}
