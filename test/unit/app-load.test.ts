import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { cp, readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { App } from '../../lib/app/app.js';
import { importApp } from '../../lib/app/import-app.js';
import { loadModel } from '../../lib/app/loaded-model.js';
import { LabelError } from '../../lib/errors.js';
import { Float } from '../../lib/float.js';
import { fetchPretrained } from '../../lib/app/pretrained.js';
import { spleenModel, TestBench } from '../fixtures/running-app.js';

describe('loading an app', () => {
  let bench: TestBench;
  beforeEach(async () => (bench = await TestBench.create()));
  afterEach(() => bench.remove());

  it('reads TypeScript from a folder outside the package and makes its folders', async () => {
    const app = await bench.start();
    assert.deepEqual(app.trainers, ['spleen']);
    assert.ok(existsSync(join(bench.folder, 'app/model')));
    assert.ok(existsSync(join(bench.folder, 'app/logs')));
    assert.ok(existsSync(join(bench.folder, 'studies/datastore_v2.json')));
  });

  for (const name of ['main.js', 'main.ts']) {
    it(`gives ${name} the classes that the server uses`, async () => {
      const main = await bench.write(
        `classes/${name}`,
        `import { float, LabelError } from 'monailabel';
         const options = { threshold: float(1) };
         export default { name: 'J', description: '', version: '1', models: [
           { name: 'm', labels: { a: 1 }, build: () => { throw new LabelError('UNSUPPORTED', 'on Mondays'); } },
           { name: 'n', labels: { a: 1 }, build: () => ({ type: 'others', description: '', dimension: 3, options,
             infer: { preTransforms: [], postTransforms: [] } }) },
         ] };`,
      );
      const { models } = await importApp(join(main, '..'));
      assert.throws(() => models[0]!.build({ labels: {}, classes: 2, conf: {} }), LabelError);
      const loaded = loadModel(models[1]!, undefined, {}, join(main, '..'));
      assert.ok(loaded.model.options!['threshold'] instanceof Float);
    });
  }

  const models = { radiology: ['segmentation_spleen'], sample: ['segmentation_spleen', 'grow_from_clicks'] };
  for (const [name, expected] of Object.entries(models)) {
    it(`reads the app ${name} of the package`, async () => {
      const app = await importApp(fileURLToPath(new URL(`../../../apps/${name}`, import.meta.url)));
      assert.deepEqual(
        app.models.map((model) => model.name),
        expected,
      );
    });
  }

  it('reads an app of a package that is installed', async () => {
    const installed = join(bench.folder, 'node_modules/monailabel/apps/test');
    await cp(join(bench.folder, 'app'), installed, { recursive: true });
    assert.equal((await importApp(installed)).name, 'Test');
  });

  it('says where an app should be when there is none', async () => {
    await assert.rejects(importApp(join(bench.folder, 'nowhere')), {
      code: 'NOT_FOUND',
      message: /main\.ts or main\.js/,
    });
  });

  for (const [what, text, message] of [
    ['no default export', 'export const app = 1;', /does not export an app/],
    ['an export that is no app', "export default { name: 'x', models: [] };", /description[\s\S]*models/],
    ['a mistake in its text', 'export default {', /cannot be loaded/],
    ['an import that is not there', "import './nothing.js';", /cannot be loaded: .*nothing\.js/],
    [
      'two models of one name',
      `const m = { name: 'm', labels: { a: 1 }, build() {} };
       export default { name: 'x', description: '', version: '1', models: [m, m] };`,
      /two models share a name/,
    ],
    [
      'a model name that is a path',
      `export default { name: 'x', description: '', version: '1', models: [{ name: '../m', labels: { a: 1 }, build() {} }] };`,
      /models\[0\]\.name/,
    ],
  ] as const) {
    it(`refuses a main.ts with ${what}`, async () => {
      const main = await bench.write(`${what.replaceAll(' ', '_')}/main.ts`, text);
      await assert.rejects(importApp(join(main, '..')), { code: 'INVALID_INPUT', message });
    });
  }

  it('refuses a model whose build() returns something else, and names the field', async () => {
    await bench.write(
      'app/models/spleen.ts',
      `export default { name: 'spleen', labels: { spleen: 1 }, build: () => ({ type: 'segmentaton' }) };`,
    );
    await assert.rejects(bench.start(), { code: 'INVALID_INPUT', message: /spleen[\s\S]*type/ });
  });

  describe('conf', () => {
    it('lists the models to choose from', async () => {
      await assert.rejects(bench.start({ models: 'spleen,liver' }), {
        code: 'INVALID_INPUT',
        message: /"liver".*spleen, or all/,
      });
      await assert.rejects(bench.start({ models: '' }), { code: 'INVALID_INPUT', message: /from spleen, or all/ });
      assert.deepEqual((await bench.start({ models: 'all' })).trainers, ['spleen']);
    });

    it('requires a choice from an app without default models', async () => {
      const main = await bench.write(
        'app/main.ts',
        `import spleen from './models/spleen.js';
         export default { name: 'x', description: '', version: '1', models: [spleen] };`,
      );
      assert.ok(main);
      await assert.rejects(bench.start(), { code: 'INVALID_INPUT', message: /--conf models/ });
      await bench.start({ models: 'spleen', whatever: 'is tolerated' });
    });

    it('replaces labels', async () => {
      const info = await (await bench.start({ labels: 'liver, spleen' })).info();
      assert.deepEqual(info.labels, ['liver', 'spleen']);
      assert.deepEqual(info.models['spleen']!.labels, { liver: 1, spleen: 2 });
    });

    it('leaves out trainers, and refuses what is neither true nor false', async () => {
      const app = await bench.start({ skip_trainers: 'yes' });
      assert.deepEqual(Object.keys((await app.info()).trainers), []);
      assert.throws(() => app.train('spleen', {}), { code: 'NOT_FOUND' });
      await assert.rejects(bench.start({ preload: 'maybe' }), { message: /--conf preload "maybe"/ });
    });
  });

  describe('pretrained weights', () => {
    const target = (): string => join(bench.folder, 'app/model/pretrained_spleen.pt');

    /** Starts with a model that has pretrained weights in a folder. */
    async function start(sha256: string | undefined, conf: Record<string, string> = {}): Promise<App> {
      const pretrained = JSON.stringify({ file: 'weights.pt', sha256 });
      await bench.write('app/models/other.ts', spleenModel);
      await bench.write(
        'app/models/spleen.ts',
        `import other from './other.js';\nexport default { ...other, pretrained: ${pretrained} };`,
      );
      await bench.write('weights/weights.pt', 'weights');
      return bench.start({ pretrained_path: join(bench.folder, 'weights'), ...conf });
    }

    async function logged(): Promise<string> {
      while (bench.lines.length === 0) await sleep(5);
      return bench.lines.join('\n');
    }

    it('are taken from a folder, once they have been read', async () => {
      await start(undefined);
      assert.match(await logged(), /^Pretrained weights: .* is now .*pretrained_spleen\.pt$/);
      assert.equal(await readFile(target(), 'utf8'), 'weights');
      assert.ok(bench.engine.asked.some(({ name }) => name === 'inspectWeights'));
    });

    it('are refused with another checksum, in one line, and the app starts', async () => {
      await start('0'.repeat(64));
      assert.match(await logged(), /^No pretrained weights: .*checksum.*$/);
      assert.deepEqual(await readdir(join(bench.folder, 'app/model')), []);
    });

    it('are refused when they cannot be read', async () => {
      bench.engine.operations.inspectWeights = () => Promise.reject(new Error('it is truncated'));
      await start(undefined);
      assert.match(await logged(), /it is truncated/);
      assert.deepEqual(await readdir(join(bench.folder, 'app/model')), []);
    });

    it('are not needed: an address that cannot be reached is one line', async () => {
      const source = { base: 'http://127.0.0.1:1', file: 'weights.pt', retryDelay: 1 };
      await fetchPretrained(source, target(), bench.engine, bench.log, new AbortController().signal);
      assert.match(await logged(), /^No pretrained weights: http:\/\/127\.0\.0\.1:1\/weights\.pt cannot be had.*$/);
    });

    for (const [what, conf] of [
      ['use_pretrained_model is false', { use_pretrained_model: 'false' }],
      ['the labels are replaced', { labels: 'liver' }],
    ] as const) {
      it(`are left alone when ${what}`, async () => {
        await (await start(undefined, conf)).close();
        assert.deepEqual(bench.lines, []);
        assert.ok(!existsSync(target()));
      });
    }
  });
});
