import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { finalTag } from '../../lib/datastore/datastore.js';
import { LocalDatastore } from '../../lib/datastore/local/local-datastore.js';
import { Engine } from '../../lib/engine/engine.js';

/** Writes CT phantoms of the sample data, phantom_01 and so on; the first `labelled` of them have their label. */
export async function writePhantoms(studies: string, count: number, labelled: number): Promise<void> {
  const work = await mkdtemp(path.join(tmpdir(), 'phantoms-'));
  const [image, label] = [path.join(work, 'image.nii.gz'), path.join(work, 'label.nii.gz')];
  const engine = new Engine();
  const store = await LocalDatastore.open(studies, { watch: false });
  try {
    for (let seed = 1; seed <= count; seed++) {
      const id = `phantom_${String(seed).padStart(2, '0')}`;
      const { labels } = await engine.run('writePhantom', { seed, image, label });
      await store.addImage(id, { path: image, ext: '.nii.gz' }, { name: `${id}.nii.gz` });
      if (seed > labelled) continue;
      const names = Object.entries(labels).map(([name, idx]) => ({ name, idx }));
      await store.saveLabel(id, finalTag, { path: label, ext: '.nii.gz' }, { label_info: names });
    }
  } finally {
    await store.close();
    await engine.close();
    await rm(work, { recursive: true });
  }
}
