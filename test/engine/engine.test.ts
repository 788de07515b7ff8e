import assert from 'node:assert/strict';
import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Engine } from '../../lib/engine/engine.js';
import { LabelError } from '../../lib/errors.js';

/** Asserts that a promise rejects with a LabelError of this code whose message matches. */
async function rejectsWith(promise: Promise<unknown>, code: string, message: RegExp): Promise<void> {
  await assert.rejects(promise, (error) => {
    assert.ok(error instanceof LabelError);
    assert.equal(error.code, code);
    assert.match(error.message, message);
    return true;
  });
}

describe('engine', () => {
  let engine: Engine;
  beforeEach(() => (engine = new Engine()));
  afterEach(() => engine.close());

  it('tells versions and devices', async () => {
    const info = await engine.run('info', {});
    assert.match(info.libtorch, /^\d+\.\d+\.\d+/);
    assert.ok(info.threads >= 1);
    const [cpu] = info.devices;
    assert.equal(cpu?.name, 'cpu');
    assert.ok(cpu.description.length > 0);
    assert.ok(cpu.memoryFree > 0 && cpu.memoryFree <= cpu.memoryTotal);
    assert.ok(cpu.precisions.includes('float32'));
  });

  it('computes on every device it names', async () => {
    const { devices } = await engine.run('info', {});
    for (const { name } of devices) {
      assert.equal((await engine.run('selfTest', { device: name })).maxDifference, 0);
    }
  });

  it('names what is wrong in a request', async () => {
    await rejectsWith(engine.run('fly' as 'info', {}), 'INVALID_INPUT', /"fly" is not a known operation/);
    await rejectsWith(engine.run('selfTest', {} as { device: string }), 'INVALID_INPUT', /selfTest: device is missing/);
    const misspelt = { device: 'cpu', sede: 1 };
    await rejectsWith(engine.run('selfTest', misspelt), 'INVALID_INPUT', /selfTest: sede is not an argument/);
    await rejectsWith(engine.run('selfTest', { device: 'gpu' }), 'INVALID_INPUT', /"gpu" names no device/);
    await rejectsWith(engine.run('selfTest', { device: 'cuda:99' }), 'UNSUPPORTED', /no device "cuda:99"/);
  });

  it('gives bytes as bytes, each answer its own, as long as somebody holds them', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'engine-'));
    try {
      const image = join(folder, 'image.nii.gz');
      await engine.run('writePhantom', { seed: 1, image, label: join(folder, 'label.nii.gz') });
      const draw = () => engine.run('thumbnail', { path: image, size: 64 });
      const { width, height, pixels } = await draw();
      assert.ok(pixels instanceof Uint8Array);
      assert.equal(pixels.length, width * height);
      assert.ok(new Set(pixels).size > 10);
      const before = pixels.slice();
      (await draw()).pixels.fill(7);
      for (const each of await Promise.all(Array.from({ length: 20 }, draw))) assert.deepEqual(each.pixels, before);
      assert.deepEqual(pixels, before);
    } finally {
      await rm(folder, { recursive: true });
    }
  });

  it('does not start what is aborted before', async () => {
    await rejectsWith(engine.run('info', {}, { signal: AbortSignal.abort() }), 'CANCELLED', /cancelled/);
  });

  it('drops what is aborted while it waits, and runs the others', async () => {
    const controller = new AbortController();
    const others = Array.from({ length: 100 }, () => engine.run('selfTest', { device: 'cpu' }));
    const aborted = engine.run('selfTest', { device: 'cpu' }, { signal: controller.signal });
    controller.abort();
    await rejectsWith(aborted, 'CANCELLED', /cancelled/);
    for (const { maxDifference } of await Promise.all(others)) assert.equal(maxDifference, 0);
  });

  it('stops everything when it is closed, and takes no more', async () => {
    const jobs = Promise.allSettled(Array.from({ length: 100 }, () => engine.run('selfTest', { device: 'cpu' })));
    await engine.close();
    assert.equal((await jobs).at(-1)?.status, 'rejected');
    await rejectsWith(engine.run('info', {}), 'CANCELLED', /cancelled/);
  });

  it('leaves the event loop and its pool of threads free', async () => {
    const order: string[] = [];
    const jobs = Promise.all(Array.from({ length: 300 }, () => engine.run('selfTest', { device: 'cpu' })));
    await Promise.all([
      jobs.then(() => order.push('jobs')),
      stat('.').then(() => order.push('stat')),
      new Promise((resolve) => setImmediate(resolve)).then(() => order.push('immediate')),
    ]);
    assert.equal(order.at(-1), 'jobs');
  });
});
