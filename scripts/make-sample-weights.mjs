// Makes the weights that the sample app starts with: a short training on four phantoms that are not in the sample data,
// so that the first proposals are rough and a newcomer's own training shows.
//
//   node scripts/make-sample-weights.mjs        after `npm start` has built everything

import { cp, mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { packageRoot } from './build-native.mjs';
import { reportAndExit, say } from './console.mjs';
import { loadApp } from '../dist/lib/app/load.js';
import { Engine } from '../dist/lib/engine/engine.js';

const seeds = [101, 102, 103, 104];
const request = { max_epochs: 25, val_split: 0.25, pretrained: false, seed: 0 };
const log = { debug() {}, info: say, warn: say, error: say };

async function makeWeights() {
  const folder = await mkdtemp(path.join(os.tmpdir(), 'sample-weights-'));
  const engine = new Engine();
  try {
    const appFolder = path.join(folder, 'app');
    const sample = path.join(packageRoot, 'apps', 'sample');
    await cp(sample, appFolder, { recursive: true, filter: (file) => !/[\\/](model|logs)$/.test(file) });
    const studies = path.join(folder, 'studies');
    const app = await loadApp({ folder: appFolder, studies, conf: {}, engine, log, watch: false });
    for (const seed of seeds) {
      const [image, label] = [path.join(folder, 'image.nii.gz'), path.join(folder, 'label.nii.gz')];
      const { labels } = await engine.run('writePhantom', { seed, image, label });
      const names = Object.entries(labels).map(([name, idx]) => ({ name, idx }));
      await app.addImage(`phantom_${seed}`, { path: image, ext: '.nii.gz' }, {});
      await app.saveLabel(`phantom_${seed}`, 'final', { path: label, ext: '.nii.gz' }, { label_info: names });
    }
    const stats = await app.trainNow('segmentation_spleen', request);
    say(`validation Dice ${stats.best_metric.toFixed(3)}`);
    await app.close();
    const weights = path.join(sample, 'model', 'pretrained_segmentation_spleen.pt');
    await cp(path.join(appFolder, 'model', 'segmentation_spleen.pt'), weights);
    say(`wrote ${weights}`);
  } finally {
    await engine.close();
    await rm(folder, { recursive: true, force: true });
  }
}

makeWeights().catch(reportAndExit);
