import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import type { App } from '../../lib/app/app.js';
import type { InferOptions } from '../../lib/engine/types.js';
import { LabelError } from '../../lib/errors.js';
import { inferAnswer, TestBench } from '../fixtures/running-app.js';
import { fileOf, pathIn } from '../fixtures/results.js';

describe('inference of an app', () => {
  let bench: TestBench;
  beforeEach(async () => {
    bench = await TestBench.create();
    await bench.write('studies/a.case.nrrd', 'image');
  });
  afterEach(() => bench.remove());

  async function startWithWeights(conf: Record<string, string> = {}): Promise<App> {
    await bench.write('app/model/pretrained_spleen.pt', 'weights');
    return bench.start(conf);
  }

  const infer = (app: App, params = {}, image = 'a.case') => app.infer({ model: 'spleen', image, params });

  it('asks the engine for what the model says, and answers in the layout of MONAI Label', async () => {
    const app = await startWithWeights();
    const result = await infer(app);
    const options = bench.engine.last('infer');
    assert.equal(options.image, join(bench.folder, 'studies/a.case.nrrd'));
    assert.equal(options.weights, join(bench.folder, 'app/model/pretrained_spleen.pt'));
    assert.deepEqual(options.output, { path: fileOf(result), dtype: 'uint8', compress: false });
    assert.equal(options.device, 'cpu');
    assert.equal(options.precision, 'float32');
    assert.equal(options.invert, true);
    assert.equal(options.network?.['out_channels'], 2);

    assert.match(fileOf(result), /\.nrrd$/);
    assert.equal(result.label, basename(fileOf(result)));
    assert.equal(result.tag, 'original');
    assert.deepEqual(Object.keys(result.params), ['label_names', 'latencies', 'centroids', 'label_values']);
    assert.deepEqual(result.params.label_names, { spleen: 1 });
    assert.deepEqual(result.params.centroids, { label_1: ['1', '24', '19', '12'] });

    assert.equal(await readFile(fileOf(result), 'utf8'), 'a label');
    await result.release();
    assert.ok(!existsSync(fileOf(result)));
  });

  it('follows the parameters of clients', async () => {
    const app = await startWithWeights();
    await infer(app, {
      device: ['cpu'],
      result_extension: '.nii.gz',
      result_dtype: 'uint16',
      result_compress: 'true',
      label_tag: null,
      client_id: 'user-xyz',
      unknown: { to: 'us' },
    });
    const { output } = bench.engine.last('infer');
    assert.match(pathIn(bench.engine.last('infer')), /\.nii\.gz$/);
    assert.deepEqual({ ...output, path: '' }, { path: '', dtype: 'uint16', compress: true });
  });

  it('names and colours the segments of a .seg.nrrd', async () => {
    await infer(await startWithWeights(), { result_extension: '.seg.nrrd' });
    const { output } = bench.engine.last('infer');
    assert.deepEqual(output.segments, [{ name: 'spleen', value: 1, color: [0.616, 0.424, 0.635] }]);
  });

  for (const [params, message] of [
    [{ result_extension: '.exe' }, /^result_extension: /],
    [{ result_extension: '/../../x.nii' }, /^result_extension: /],
    [{ result_dtype: 'complex' }, /^result_dtype: /],
    [{ save_label: 'perhaps' }, /^save_label: /],
    [{ save_label: true, label_tag: '../x' }, /^label_tag: must be a plain name/],
    [{ device: 'tpu' }, /^There is no device "tpu": choose from cpu$/],
    [{ device: 5 }, /^device: /],
  ] as const) {
    it(`refuses ${JSON.stringify(params)}`, async () => {
      await assert.rejects(infer(await startWithWeights(), params), { code: 'INVALID_INPUT', message });
      assert.ok(!bench.engine.asked.some(({ name }) => name === 'infer'));
    });
  }

  it('refuses a precision that the device does not have, without trying it', async () => {
    const app = await startWithWeights();
    await assert.rejects(infer(app, { precision: 'bfloat16' }), { code: 'UNSUPPORTED', message: /bfloat16/ });
    bench.engine.devices = [{ ...bench.engine.devices[0]!, precisions: ['float32', 'bfloat16'] }];
    await infer(await bench.start(), { precision: 'bfloat16' });
    assert.equal(bench.engine.last('infer').precision, 'bfloat16');
  });

  it('says how to get weights when there are none', async () => {
    const app = await bench.start();
    await assert.rejects(infer(app), {
      code: 'NOT_FOUND',
      message: /no weights yet.*POST \/train\/spleen.*model\/pretrained_spleen\.pt/,
    });
    assert.ok('spleen' in (await app.info()).models);
  });

  it('prefers published weights, from the moment they are there', async () => {
    const app = await startWithWeights();
    await infer(app);
    const published = await bench.write('app/model/spleen.pt', 'better');
    await infer(app);
    assert.equal(bench.engine.last('infer').weights, published);
  });

  it('knows neither other models nor other images', async () => {
    const app = await startWithWeights();
    await assert.rejects(app.infer({ model: 'liver', image: 'a.case', params: {} }), {
      code: 'NOT_FOUND',
      message: /"liver": choose from spleen/,
    });
    await assert.rejects(infer(app, {}, 'b'), { code: 'NOT_FOUND' });
    await assert.rejects(infer(app, {}, '../app/main.ts'), { code: 'INVALID_INPUT' });
    await assert.rejects(infer(app, {}, '/etc/passwd'), { code: 'INVALID_INPUT' });
    await assert.rejects(infer(app, {}, ''), { message: 'Neither Image nor File not Session ID input is provided' });
  });

  it('takes an image by its path in the studies, and an uploaded one', async () => {
    const app = await startWithWeights();
    await infer(app, {}, join(bench.folder, 'studies/a.case.nrrd'));
    assert.equal(bench.engine.last('infer').image, join(bench.folder, 'studies/a.case.nrrd'));
    const file = await bench.write('uploads/tmp.nii.gz', 'image');
    const result = await app.infer({ model: 'spleen', file, image: 'a.case', params: { save_label: true } });
    assert.equal(bench.engine.last('infer').image, file);
    assert.match(fileOf(result), /\.nii\.gz$/);
    assert.equal(
      result.label,
      basename(fileOf(result)),
      'an uploaded image is not in the datastore, so nothing is saved',
    );
  });

  it('keeps the result under a tag when asked, and still returns it', async () => {
    const app = await startWithWeights();
    const result = await infer(app, { save_label: true, label_tag: 'auto' });
    assert.equal(result.label, 'a.case');
    assert.equal(await readFile(fileOf(result), 'utf8'), 'a label');
    const { info, ext } = app.datastore.image('a.case').labels.get('auto')!;
    assert.equal(ext, '.nrrd');
    assert.equal(info['model'], 'spleen');
    assert.deepEqual((info['params'] as Record<string, unknown>)['label_names'], { spleen: 1 });
    await result.release();
    assert.equal(await readFile(app.datastore.labelPath('a.case', 'auto'), 'utf8'), 'a label');
  });

  it('leaves no file behind when it fails or is abandoned', async () => {
    const app = await startWithWeights();
    let output = '';
    bench.engine.operations.infer = async (options: InferOptions, signal) => {
      output = pathIn(options);
      await writeFile(output, 'half');
      if (signal?.aborted === true) throw new LabelError('CANCELLED', 'the job was cancelled');
      throw new LabelError('OUT_OF_MEMORY', 'too large');
    };
    await assert.rejects(infer(app), { code: 'OUT_OF_MEMORY', status: 507 });
    await assert.rejects(app.infer({ model: 'spleen', image: 'a.case', params: {} }, { signal: AbortSignal.abort() }), {
      code: 'CANCELLED',
    });
    assert.deepEqual(await readdir(dirname(output)), []);
  });

  it('writes the values of the labels on request where they differ from 1, 2, …', async () => {
    await bench.write(
      'app/models/gaps.ts',
      `import spleen from './spleen.js';\nexport default { ...spleen, labels: { liver: 6, spleen: 1 } };`,
    );
    await bench.write(
      'app/main.ts',
      `import spleen from './models/gaps.js';
       export default { name: 'x', description: '', version: '1', models: [spleen], defaultModels: ['spleen'] };`,
    );
    const app = await startWithWeights();
    const { params } = await infer(app);
    // The engine has found a 1 alone: a client that names what it finds in order must not be given the other name.
    assert.deepEqual(params.label_names, { spleen: 1 });
    assert.deepEqual(params.label_values, { spleen: 1, liver: 2 });
    assert.equal(bench.engine.last('infer').postTransforms.length, 1);
    const answer = { ...inferAnswer, counts: { '6': 3 } };
    bench.engine.operations.infer = async (options: InferOptions) => {
      await writeFile(pathIn(options), 'a label');
      return answer;
    };
    const restored = await infer(app, { restore_label_idx: true });
    assert.deepEqual(restored.params.label_names, { liver: 6 });
    assert.deepEqual(restored.params.label_values, { spleen: 1, liver: 6 });
    assert.deepEqual(bench.engine.last('infer').postTransforms[1], {
      name: 'MapLabelValued',
      keys: ['pred'],
      orig_labels: [1, 2],
      target_labels: [1, 6],
    });
  });

  it('makes its temporary folder anew when somebody has tidied it away', async () => {
    const app = await startWithWeights();
    const file = fileOf(await infer(app));
    await rm(dirname(file), { recursive: true });
    assert.ok(existsSync(fileOf(await infer(app))));
  });

  it('deletes its temporary folder at the end', async () => {
    const app = await startWithWeights();
    const file = fileOf(await infer(app));
    await app.close();
    assert.ok(!existsSync(dirname(file)));
  });
});
