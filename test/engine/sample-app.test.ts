import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import type { App } from '../../lib/app/app.js';
import { loadApp } from '../../lib/app/load.js';
import { Engine } from '../../lib/engine/engine.js';
import { silentLog } from '../../lib/log.js';
import { storedIn } from '../fixtures/results.js';

/** What a newcomer meets first, with the real engine, on a phantom that neither model has seen. */
describe('the sample app', () => {
  let engine: Engine, app: App, folder: string, image: string, label: string;
  before(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'sample-app-'));
    [image, label] = [path.join(folder, 'image.nii.gz'), path.join(folder, 'label.nii.gz')];
    engine = new Engine();
    await engine.run('writePhantom', { seed: 3, image, label });
    const sample = fileURLToPath(new URL('../../../apps/sample', import.meta.url));
    const studies = path.join(folder, 'studies');
    app = await loadApp({ folder: sample, studies, conf: {}, engine, log: silentLog, watch: false });
  });
  after(async () => {
    await app.close();
    await engine.close();
    await rm(folder, { recursive: true });
  });

  async function spleenDice(model: string, params: object): Promise<{ dice: number; centroid: number[] }> {
    const result = await app.infer({ model, file: image, params: { ...params, result_extension: '.nii.gz' } });
    try {
      const { dice } = await engine.run('dice', { prediction: await storedIn(folder, result), reference: label });
      const [, ...centroid] = result.params.centroids['label_1'] ?? [];
      return { dice: dice['1']!, centroid: centroid.map(Number) };
    } finally {
      await result.release();
    }
  }

  it('proposes a spleen, and grows one from a click into it', async () => {
    const proposed = await spleenDice('segmentation_spleen', {});
    assert.ok(proposed.dice > 0.6, `Dice ${proposed.dice}`);
    const grown = await spleenDice('grow_from_clicks', { spleen: [proposed.centroid], liver: [], background: [] });
    assert.ok(grown.dice > 0.6, `Dice ${grown.dice}`);
  });

  it('says that growing needs a click', async () => {
    await assert.rejects(spleenDice('grow_from_clicks', { spleen: [] }), {
      code: 'INVALID_INPUT',
      message: /no click to grow from/,
    });
  });
});
