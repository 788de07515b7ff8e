import { writeFile } from 'node:fs/promises';
import { LabelError } from '../../lib/errors.js';
import type { LabelCheck, OperationName, OperationRunner, Operations } from '../../lib/engine/types.js';
import { pathIn } from '../fixtures/results.js';

interface Control {
  readonly signal?: AbortSignal;
}

/**
 * An engine for tests of the wire: it answers at once with what the script says, so that a test sees what the server
 * does with it. Tests that need true answers use the real engine.
 */
export class EngineScript implements OperationRunner {
  /** What the file of an inference holds. */
  result = Buffer.from('the label file');
  /** What a look at a label finds. */
  check: LabelCheck | LabelError = { placement: 'same', layers: [{ 1: 3 }], overlaps: [], vanished: [] };
  /** While set, inferences and trainings wait for it, or for their abortion. */
  gate: Promise<void> | undefined;
  /** The same for looks at uploaded images and labels. */
  checkGate: Promise<void> | undefined;
  /** Every operation asked for, in order. */
  readonly asked: { name: OperationName; options: unknown }[] = [];
  /** How many operations ended because their signal was aborted. */
  aborted = 0;

  async run<Name extends OperationName>(
    name: Name,
    options: Operations[Name]['options'],
    control: Control = {},
  ): Promise<Operations[Name]['answer']> {
    this.asked.push({ name, options });
    const answer = await this.#answer(name, options, control);
    return answer as Operations[Name]['answer'];
  }

  async #answer(name: OperationName, options: unknown, { signal }: Control): Promise<unknown> {
    if (name === 'info') return { libtorch: '2.13.0', cuda: null, threads: 2, devices: [cpu] };
    if (name === 'checkImage' || name === 'checkLabel') await this.#wait(this.checkGate, signal);
    if (name === 'checkImage') return {};
    if (name === 'checkLabel') {
      if (this.check instanceof LabelError) throw this.check;
      return this.check;
    }
    await this.#wait(this.gate, signal);
    if (name === 'thumbnail') return { width: 2, height: 1, pixels: Uint8Array.of(7, 255) };
    if (name === 'placeLabel') return writeFile((options as Operations['placeLabel']['options']).output, this.result);
    if (name !== 'infer') return { best_metric: 0.5 };
    const inference = options as Operations['infer']['options'];
    const isAsked = 'extension' in inference.output;
    if (!isAsked) await writeFile(pathIn(inference), this.result);
    return {
      ...(isAsked && { file: Uint8Array.from(this.result) }),
      shape: [4, 5, 6],
      counts: { 1: 7 },
      centroids: { 1: [1, 2, 3] },
      latencies,
      device: 'cpu',
    };
  }

  async #wait(gate: Promise<void> | undefined, signal: AbortSignal | undefined): Promise<void> {
    if (gate === undefined) return;
    const abortion = new Promise<never>((_, reject) => {
      signal?.addEventListener('abort', () => {
        this.aborted += 1;
        reject(new LabelError('CANCELLED', 'The job was cancelled'));
      });
    });
    await Promise.race([gate, abortion]);
  }
}

const cpu = { name: 'cpu', description: 'CPU', memoryTotal: 1, memoryFree: 1, precisions: ['float32'] };
const latencies = { pre: 0, infer: 1, invert: 0, post: 0, write: 0, total: 1, transform: { pre: {}, post: {} } };
