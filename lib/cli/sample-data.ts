import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import path from 'node:path';
import type { Command } from 'commander';
import { Engine } from '../engine/engine.js';
import { finalTag } from '../datastore/datastore.js';
import { LocalDatastore } from '../datastore/local/local-datastore.js';

/** Seeds of the ten cases; the pretrained weights of the sample app have seen none of them. */
const seeds = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10];
const labelled = 6;

export function addSampleData(program: Command): void {
  program
    .command('sample_data')
    .description('Make ten CT phantoms, six of them labelled')
    .requiredOption('-o, --output <folder>', 'studies folder that they go to')
    .action((options: { output: string }) => sampleData(path.resolve(options.output)));
}

async function sampleData(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  const work = await mkdtemp(path.join(folder, '.phantoms-'));
  const engine = new Engine();
  const store = await LocalDatastore.open(folder, { watch: false });
  try {
    for (const [index, seed] of seeds.entries()) {
      const id = `phantom_${String(seed).padStart(2, '0')}`;
      const image = path.join(work, 'image.nii.gz');
      const label = path.join(work, 'label.nii.gz');
      const { labels } = await engine.run('writePhantom', { seed, image, label });
      await store.addImage(id, { path: image, ext: '.nii.gz' }, { name: `${id}.nii.gz` });
      if (index < labelled) {
        const names = Object.entries(labels).map(([name, idx]) => ({ name, idx }));
        await store.saveLabel(id, finalTag, { path: label, ext: '.nii.gz' }, { label_info: names });
      }
      console.log(`  ${id}${index < labelled ? ' with its label' : ''}`);
    }
  } finally {
    await store.close();
    await engine.close();
    await rm(work, { recursive: true, force: true });
  }
}
