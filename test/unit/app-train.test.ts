import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { App } from '../../lib/app/app.js';
import { LabelError } from '../../lib/errors.js';
import { tinyNifti } from '../fixtures/nifti.js';
import { spleenModel, TestBench } from '../fixtures/running-app.js';

describe('training of an app', () => {
  let bench: TestBench;
  beforeEach(async () => (bench = await TestBench.create()));
  afterEach(() => bench.remove());

  /** Starts with so many labelled images, "case_0", "case_1", … */
  async function start(labelled: number): Promise<App> {
    for (let index = 0; index < labelled; index++) {
      await bench.write(`studies/case_${index}.nii`, tinyNifti());
      await bench.write(`studies/labels/final/case_${index}.nii`, tinyNifti());
    }
    return bench.start();
  }

  it('trains with every submitted label and publishes where inference looks', async () => {
    const app = await start(3);
    const stats = await app.trainNow('spleen', {});
    assert.deepEqual(stats, { epoch: 1 });
    const plan = bench.engine.last('train');
    assert.deepEqual(plan.trainCases[0], {
      image: join(bench.folder, 'studies/case_0.nii'),
      label: join(bench.folder, 'studies/labels/final/case_0.nii'),
      labelValues: [{ layer: 0, value: 1, target: 1, name: 'spleen' }],
    });
    const model = join(bench.folder, 'app/model');
    assert.equal(plan.runFolder, join(model, 'spleen/train_01'));
    assert.equal(plan.publishPath, join(model, 'spleen.pt'));
    assert.equal(plan.statsPath, join(model, 'spleen/train_stats.json'));
    assert.match(plan.runId, /^\d{8}_\d{6}$/);
    assert.equal(plan.initialWeights, undefined);
    assert.deepEqual(
      [plan.maxEpochs, plan.trainBatchSize, plan.validationInterval, plan.earlyStopPatience, plan.resume],
      [50, 1, 1, -1, false],
    );
    assert.ok(plan.cache.maxBytes > 0);
    assert.deepEqual((await app.info()).train_stats, { spleen: { epoch: 1, best_metric: 0.5 } });
  });

  for (const [count, split, train, validation] of [
    [1, 0.2, 1, 0],
    [2, 0.2, 2, 0],
    [3, 0.2, 2, 1],
    [5, 0.2, 4, 1],
    [10, 0.2, 8, 2],
    [4, 0, 4, 0],
    [4, 0.5, 2, 2],
  ] as const) {
    it(`splits ${count} at ${split} into the first ${train} and the last ${validation}`, async () => {
      await (await start(count)).trainNow('spleen', { val_split: split });
      const { trainCases, validationCases } = bench.engine.last('train');
      assert.deepEqual([trainCases.length, validationCases.length], [train, validation]);
      assert.match(trainCases[0]!.image, /case_0/);
    });
  }

  const learning = {
    objective: { name: 'DeepSupervision', weight_mode: 'two' },
    schedule: { name: 'StepLR', step_size: 10 },
    accumulate: 4,
    clipNorm: 1,
    emaDecay: 0.99,
  };

  it('hands on how a recipe learns', async () => {
    const fields = JSON.stringify(learning).slice(1, -1);
    await bench.write('app/models/spleen.ts', spleenModel.replace('optimizer:', `${fields}, optimizer:`));
    await (await start(1)).trainNow('spleen', {});
    const plan: object = bench.engine.last('train');
    assert.deepEqual({ ...plan, ...learning }, plan);
  });

  it('refuses a precision that the device has not', async () => {
    const model = spleenModel.replace('optimizer:', "precision: 'bfloat16', optimizer:");
    await bench.write('app/models/spleen.ts', model);
    const app = await start(1);
    await assert.rejects(app.trainNow('spleen', {}), {
      code: 'UNSUPPORTED',
      message: /cpu does not compute in bfloat16/,
    });
  });

  it('leaves to the core what a recipe leaves out', async () => {
    await (await start(1)).trainNow('spleen', {});
    const plan = bench.engine.last('train');
    for (const field of [...Object.keys(learning), 'clipValue', 'precision']) assert.ok(!(field in plan), field);
  });

  it('takes what a client sends: everything it saw in /info/, changed here and there', async () => {
    const app = await start(1);
    const { config } = (await app.info()).trainers['spleen']!;
    await app.trainNow('spleen', {
      ...config,
      name: 'mine',
      max_epochs: '7',
      early_stop_patience: 3,
      train_batch_size: 2,
      seed: 5,
      dataset: ['Dataset', 'CacheDataset'],
      client_id: 'user-xyz',
      val_split: null,
    });
    const plan = bench.engine.last('train');
    assert.equal(plan.runFolder, join(bench.folder, 'app/model/spleen/mine'));
    assert.deepEqual([plan.maxEpochs, plan.earlyStopPatience, plan.trainBatchSize, plan.seed], [7, 3, 2, 5]);
    assert.equal(plan.cache.maxBytes, 0);
  });

  it('starts from the best weights there are, or from none', async () => {
    const app = await start(1);
    const published = await bench.write('app/model/spleen.pt', 'w');
    await app.trainNow('spleen', {});
    assert.equal(bench.engine.last('train').initialWeights, published);
    const pretrained = await bench.write('app/model/pretrained_spleen.pt', 'w');
    await app.trainNow('spleen', {});
    assert.equal(bench.engine.last('train').initialWeights, pretrained);
    const own = await bench.write('app/model/spleen/train_01/model.pt', 'w');
    await app.trainNow('spleen', {});
    assert.equal(bench.engine.last('train').initialWeights, own);
    await app.trainNow('spleen', { name: 'other' });
    assert.equal(bench.engine.last('train').initialWeights, pretrained);
    await app.trainNow('spleen', { pretrained: false });
    assert.equal(bench.engine.last('train').initialWeights, undefined);
  });

  describe('maps labels by name', () => {
    /** What the training is told of a label with these values, about which somebody said so. */
    async function classesFor(info: Record<string, unknown>, ...values: number[]): Promise<unknown> {
      const app = await start(1);
      bench.engine.operations.checkLabel = () => Promise.resolve(labelOf(...values));
      await app.updateLabelInfo('case_0', 'final', info);
      await app.trainNow('spleen', {});
      return bench.engine.last('train').trainCases[0]!.labelValues;
    }

    function labelOf(...values: number[]) {
      const counts = Object.fromEntries(values.map((value) => [value, 3]));
      return { placement: 'same', layers: [counts], overlaps: [], vanished: [] };
    }

    it('from the positions of Slicer', async () => {
      const label_info = [
        { name: 'liver', idx: 3 },
        { name: 'Spleen', idx: 7, color: 'red' },
      ];
      const classes = await classesFor({ label_info }, 1, 2);
      assert.deepEqual(classes, [{ layer: 0, value: 2, target: 1, name: 'Spleen' }]);
    });

    it('from values that were said outright', async () => {
      const classes = await classesFor({ label_values: { spleen: 9, liver: 4 } }, 4, 9);
      assert.deepEqual(classes, [{ layer: 0, value: 9, target: 1, name: 'spleen' }]);
    });

    it('from the numbers of the model when nothing was said', async () => {
      assert.deepEqual(await classesFor({}, 1), [{ layer: 0, value: 1, target: 1, name: 'spleen' }]);
    });

    it('and leaves out images whose labels are about something else, which it says', async () => {
      const app = await start(2);
      await app.updateLabelInfo('case_0', 'final', { label_info: [{ name: 'liver' }] });
      await app.trainNow('spleen', {});
      assert.equal(bench.engine.last('train').trainCases.length, 1);
      assert.ok(bench.lines.includes('Training spleen: case_0 is left out: it is about liver'));
      assert.match(app.jobs.latest('train')!.details![0]!, /^1 cases left out. case_0 is left out: it is about liver$/);
      await app.updateLabelInfo('case_1', 'final', { label_info: [{ name: 'kidney' }] });
      assert.throws(() => app.train('spleen', {}), {
        code: 'INVALID_INPUT',
        message:
          'None of the 2 submitted labels can teach spleen, which knows spleen: case_0 is left out: it is about liver; ' +
          'case_1 is left out: it is about kidney',
      });
    });

    it('and leaves out a label with a value that nobody named, until somebody does', async () => {
      const app = await start(2);
      bench.engine.operations.checkLabel = () => Promise.resolve(labelOf(1, 7));
      await app.updateLabelInfo('case_0', 'final', { label_values: { spleen: 1 } });
      await app.updateLabelInfo('case_1', 'final', { label_values: { spleen: 1, tumour: 7 } });
      await app.trainNow('spleen', {});
      assert.match(bench.engine.last('train').trainCases[0]!.image, /case_1/);
      assert.ok(bench.lines.includes('Training spleen: case_0 is left out: needs names: value 7'));
      assert.deepEqual(await app.updateLabelInfo('case_0', 'final', { label_values: { spleen: 1, cyst: 7 } }), {
        label_values: { spleen: 1, cyst: 7 },
        needs_names: [],
        notes: [],
      });
      await app.trainNow('spleen', {});
      assert.equal(bench.engine.last('train').trainCases.length, 2);
    });

    it('and leaves out a label that cannot be used, and names the reason', async () => {
      const app = await start(2);
      bench.engine.operations.checkLabel = ({ label }: { label: string }) => {
        if (label.includes('case_1')) return Promise.resolve(labelOf(1));
        return Promise.reject(new LabelError('UNFIT_LABEL', 'the label does not lie on its image'));
      };
      await app.trainNow('spleen', {});
      assert.equal(bench.engine.last('train').trainCases.length, 1);
      const reason = 'Training spleen: case_0 is left out: The label does not lie on its image';
      assert.ok(bench.lines.includes(reason));
    });

    it('but not from labels without a voxel of what the model looks for', async () => {
      const app = await start(2);
      bench.engine.operations.checkLabel = () => Promise.resolve(labelOf());
      await assert.rejects(app.trainNow('spleen', {}), {
        code: 'INVALID_INPUT',
        message: 'None of the 2 labels to train with has a voxel of what spleen looks for: there is nothing to learn',
      });
      assert.equal(app.jobs.latest('train')!.status, 'ERROR');
    });

    it('nor from those of which the grid of the image leaves none, nor from none', async () => {
      const app = await start(1);
      bench.engine.operations.checkLabel = () => Promise.resolve({ ...labelOf(1), vanished: [1] });
      await assert.rejects(app.trainNow('spleen', { val_split: 0 }), { message: /there is nothing to learn$/ });
      await assert.rejects(app.trainNow('spleen', { val_split: 0.9 }), { message: /^val_split leaves no label/ });
    });
  });

  it('asks for a label first', async () => {
    const app = await start(0);
    assert.throws(() => app.train('spleen', {}), { code: 'INVALID_INPUT', message: /submit at least one label first/ });
    assert.equal(app.jobs.latest('train'), undefined);
  });

  for (const [params, message] of [
    [{ max_epochs: 0 }, /^max_epochs: must be at least 1/],
    [{ max_epochs: 'many' }, /^max_epochs: /],
    [{ val_split: 1 }, /^val_split: /],
    [{ train_batch_size: 1000 }, /^train_batch_size: must be 1 to 64/],
    [{ name: '../../etc' }, /^name: must be a plain name/],
    [{ name: 'train_stats.json' }, /^name: must be a plain name/],
    [{ device: 'tpu' }, /no device "tpu"/],
  ] as const) {
    it(`refuses ${JSON.stringify(params)}`, async () => {
      const app = await start(1);
      assert.throws(() => app.train('spleen', params), { code: 'INVALID_INPUT', message });
    });
  }

  it('runs in the background, tells what it does, refuses a second and can be stopped', async () => {
    const app = await start(2);
    bench.engine.operations.train = async (_options, signal, say) => {
      say({ message: 'epoch 1 of 3', stats: {} });
      while (signal?.aborted !== true) await sleep(1);
      throw new LabelError('CANCELLED', 'the job was cancelled');
    };
    const task = app.train('spleen', { max_epochs: 3 });
    assert.equal(task.status, 'SUBMITTED');
    assert.deepEqual(task.request, { model: 'spleen', max_epochs: 3 });
    assert.throws(() => app.train('spleen', {}), { status: 429 });
    while (app.jobs.latest('train')?.details?.[0] === undefined) await sleep(1);
    const stopped = await app.jobs.stop('train');
    assert.equal(stopped!.status, 'STOPPED');
    assert.deepEqual(stopped!.details, ['epoch 1 of 3', 'Stopped']);
    assert.ok(bench.lines.includes('Training spleen: epoch 1 of 3'));
  });

  it('stops when nobody waits for it any longer', async () => {
    const app = await start(1);
    bench.engine.operations.train = async (_options, signal) => {
      while (signal?.aborted !== true) await sleep(1);
      throw new LabelError('CANCELLED', 'the job was cancelled');
    };
    await assert.rejects(app.trainNow('spleen', {}, AbortSignal.timeout(20)), { code: 'CANCELLED' });
    assert.equal(app.jobs.latest('train')!.status, 'STOPPED');
  });

  it('shows no statistics when the file is broken', async () => {
    const app = await start(1);
    const file = await bench.write('app/model/spleen/train_stats.json', '{"epoch": 1');
    assert.deepEqual(await app.trainStats(), { spleen: {} });
    assert.equal(await readFile(file, 'utf8'), '{"epoch": 1');
  });
});
