import assert from 'node:assert/strict';
import { rm, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import type { App } from '../../lib/app/app.js';
import { Devices } from '../../lib/app/devices.js';
import { LabelError } from '../../lib/errors.js';
import { strategies } from '../../lib/strategies/registry.js';
import { tinyNifti } from '../fixtures/nifti.js';
import { cpu, TestBench } from '../fixtures/running-app.js';

describe('samples and labels of an app', () => {
  let bench: TestBench;
  beforeEach(async () => (bench = await TestBench.create()));
  afterEach(() => bench.remove());

  async function start(...ids: string[]): Promise<App> {
    for (const id of ids) await bench.write(`studies/${id}.nii`, tinyNifti());
    return bench.start();
  }

  const label = async (): Promise<{ path: string; ext: string }> => ({
    path: await bench.write('uploads/label.nii', tinyNifti()),
    ext: '.nii',
  });

  it('serves the first image without a final label, with its path and info, and remembers who got it', async () => {
    const app = await start('b', 'a', 'c');
    const sample = await app.nextSample('first', { client_id: 'user-xyz' });
    assert.deepEqual(Object.keys(sample), ['id', 'path', 'ts', 'name']);
    assert.equal(sample['id'], 'a');
    assert.equal(sample['path'], join(bench.folder, 'studies/a.nii'));
    const again = await app.nextSample('first', { client_id: 'user-xyz' });
    const strategy = again['strategy'] as Record<string, { ts: number; client_id: string }>;
    assert.equal(strategy['first']!.client_id, 'user-xyz');
    assert.ok(Number.isInteger(strategy['first']!.ts));

    await app.saveLabel('a', 'final', await label(), {});
    assert.equal((await app.nextSample('first', { client_id: 'user-xyz' }))['id'], 'b');
    assert.equal((await app.nextSample('last', { client_id: 'user-xyz' }))['id'], 'c');
  });

  it('serves {} when everything is labelled', async () => {
    const app = await start('a');
    await app.saveLabel('a', 'final', await label(), {});
    assert.deepEqual(await app.nextSample('random', {}), {});
  });

  it('passes an image over whose file has gone unseen', async () => {
    await bench.write('studies/c.png', 'a picture');
    const app = await start('a', 'b');
    await rm(join(bench.folder, 'studies/a.nii'));
    await rm(join(bench.folder, 'studies/c.png'));
    assert.equal((await app.nextSample('first', {}))['id'], 'b');
    assert.equal((await app.nextSample('last', {}))['id'], 'b');
    assert.match(String(app.datastore.image('a').info['problem']), /no file|not there|There is no/);
  });

  it('draws at random what was not served lately', async () => {
    const app = await start('a', 'b', 'c');
    const served: unknown[] = [];
    for (let draw = 0; draw < 3; draw++) {
      const sample = await app.nextSample('random', {});
      assert.ok(typeof sample['weight'] === 'number');
      served.push(sample['id']);
    }
    assert.deepEqual(served.sort(), ['a', 'b', 'c']);
    assert.ok(['a', 'b', 'c'].includes((await app.nextSample('random', {}))['id'] as string));
  });

  it('takes strategies from the app, and lists the choices for an unknown one', async () => {
    await bench.write(
      'app/main.ts',
      `import spleen from './models/spleen.js';
       import { defineApp } from 'monailabel';
       export default defineApp({
         name: 'x', description: '', version: '1', models: [spleen], defaultModels: ['spleen'],
         strategies: { middle: {
           description: 'The middle',
           choose: ({ candidates, params }) => ({ id: candidates[1]!, reason: params['why'] }),
         } },
       });`,
    );
    const app = await start('a', 'b', 'c');
    const sample = await app.nextSample('middle', { why: 'balance' });
    assert.deepEqual([sample['id'], sample['reason']], ['b', 'balance']);
    assert.deepEqual(Object.keys((await app.info()).strategies), [...Object.keys(strategies), 'middle']);
    await assert.rejects(app.nextSample('tta', {}), {
      code: 'NOT_FOUND',
      message: new RegExp(`"tta": choose from ${[...Object.keys(strategies), 'middle'].join(', ')}`),
    });
  });

  it('refuses a volume that cannot be read, as an image and as a label', async () => {
    const app = await start('a');
    bench.engine.operations.checkImage = () => Promise.reject(new LabelError('INVALID_FILE', 'truncated'));
    bench.engine.operations.checkLabel = bench.engine.operations.checkImage;
    await assert.rejects(app.saveLabel('a', 'final', await label(), {}), { code: 'INVALID_FILE', status: 400 });
    await assert.rejects(app.addImage('b', await label(), {}), { code: 'INVALID_FILE' });
    assert.deepEqual(app.datastore.status(), { total: 1, completed: 0, label_tags: {} });
  });

  it('answers info in the order of the contract', async () => {
    const info = await (await start('a')).info();
    assert.deepEqual(Object.keys(info), [
      'name',
      'description',
      'version',
      'labels',
      'models',
      'trainers',
      'strategies',
      'scoring',
      'train_stats',
      'datastore',
    ]);
    assert.deepEqual(info.labels, ['spleen']);
    assert.deepEqual(info.models, {
      spleen: {
        type: 'segmentation',
        labels: { spleen: 1 },
        dimension: 3,
        description: 'A spleen model',
        config: { device: ['cpu'] },
      },
    });
    assert.deepEqual(Object.keys(info.trainers['spleen']!), ['description', 'config', 'labels']);
    assert.deepEqual(Object.keys(info.trainers['spleen']!.config), [
      'name',
      'pretrained',
      'device',
      'max_epochs',
      'early_stop_patience',
      'val_split',
      'train_batch_size',
      'val_batch_size',
      'multi_gpu',
      'gpus',
      'dataset',
      'dataloader',
      'tracking',
      'tracking_uri',
      'tracking_experiment_name',
    ]);
    assert.deepEqual(info.strategies['random'], { description: 'Random Strategy' });
    assert.deepEqual(info.train_stats, { spleen: {} });
    assert.deepEqual(info.datastore, { total: 1, completed: 0, label_tags: {} });
  });

  it('tells when the weights of a model were published, also by hand', async () => {
    const app = await bench.start();
    const file = await bench.write('app/model/spleen.pt', 'weights');
    const published = new Date('2026-11-24T01:02:03.000Z');
    await utimes(file, published, published);
    assert.equal((await app.info()).models['spleen']!.published, published.toISOString());
  });
});

describe('devices of an app', () => {
  const gpu = (index: number) => ({ ...cpu, name: `cuda:${index}`, description: 'NVIDIA H200' });

  it('are called by the names of their makers, with a number where there are several', () => {
    assert.deepEqual(new Devices([cpu]).displayNames, ['cpu']);
    assert.deepEqual(new Devices([cpu, gpu(0)]).displayNames, ['NVIDIA H200']);
    assert.deepEqual(new Devices([cpu, gpu(0), gpu(1)]).displayNames, ['NVIDIA H200:0', 'NVIDIA H200:1']);
  });

  it('hide none that works when one is ill, and say what it has', () => {
    const ill = { ...gpu(0), error: 'it is taken by another program' };
    const problem = 'cuda:0 (NVIDIA H200) cannot be used: it is taken by another program';
    for (const [devices, names, standard] of [
      [[cpu, ill], ['cpu'], 'cpu'],
      [[cpu, ill, gpu(1)], ['NVIDIA H200'], 'cuda:1'],
    ] as const) {
      const known = new Devices(devices);
      assert.deepEqual(known.displayNames, names);
      assert.deepEqual(known.problems, [problem]);
      assert.equal(known.resolve(undefined), standard);
      assert.equal(known.resolve('cuda'), standard);
      assert.equal(known.resolve('cpu'), 'cpu');
      assert.throws(() => known.resolve('cuda:0'), { code: 'UNSUPPORTED', message: problem });
    }
  });

  for (const [asked, none, one, two] of [
    [undefined, 'cpu', 'cuda:0', 'cuda:0'],
    ['', 'cpu', 'cuda:0', 'cuda:0'],
    ['cpu', 'cpu', 'cpu', 'cpu'],
    ['cuda', 'cpu', 'cuda:0', 'cuda:0'],
    ['cuda:0', 'cpu', 'cuda:0', 'cuda:0'],
    ['cuda:1', 'cpu', undefined, 'cuda:1'],
    ['NVIDIA H200', undefined, 'cuda:0', undefined],
    ['NVIDIA H200:1', undefined, undefined, 'cuda:1'],
  ] as const) {
    it(`resolve ${JSON.stringify(asked)}`, () => {
      for (const [devices, name] of [
        [[cpu], none],
        [[cpu, gpu(0)], one],
        [[cpu, gpu(0), gpu(1)], two],
      ] as const) {
        const resolve = (): string => new Devices(devices).resolve(asked);
        if (name === undefined) assert.throws(resolve, { code: 'INVALID_INPUT' });
        else assert.equal(resolve(), name);
      }
    });
  }
});
