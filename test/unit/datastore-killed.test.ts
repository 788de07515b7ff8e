import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, open, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { LocalDatastore } from '../../lib/datastore/local/local-datastore.js';
import { Studies } from '../fixtures/studies.js';

const failer = fileURLToPath(new URL('../fixtures/save-too-much.js', import.meta.url));
const saver = fileURLToPath(new URL('../fixtures/save-labels.js', import.meta.url));

describe('local datastore whose process is killed', () => {
  let folder: string;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'studies-'));
    await writeFile(join(folder, 'a.nii.gz'), 'image');
  });
  after(() => rm(folder, { recursive: true }));

  /** Lets a child save labels, kills it after `count` of them, and returns the last number it said was saved. */
  async function killAfter(count: number): Promise<number> {
    const child = spawn(process.execPath, [saver, folder], { stdio: ['ignore', 'pipe', 'inherit'] });
    const exit = once(child, 'exit');
    let last = 0;
    for await (const line of createInterface({ input: child.stdout })) {
      last = Number(line);
      if (last >= count) child.kill('SIGKILL');
    }
    await exit;
    return last;
  }

  for (const count of [1, 2, 3, 5, 8, 13]) {
    it(`has a whole catalogue and whole labels after ${count} saves`, async () => {
      const saved = await killAfter(count);
      const warnings: string[] = [];
      const log = { info: () => {}, error: () => {}, warn: (message: string) => warnings.push(message) };
      const store = await LocalDatastore.open(folder, { log, watch: false });
      assert.deepEqual(warnings, []);
      assert.deepEqual(store.status(), { total: 1, completed: 1, label_tags: { final: 1 } });

      const label = await readFile(store.labelPath('a', 'final'), 'utf8');
      const round = Number(label.slice(0, 9));
      assert.equal(label, `${String(round).padStart(9)}\n`.repeat(20000));
      assert.ok(round === saved || round === saved + 1, `${round} after ${saved} was said to be saved`);
      assert.equal(store.label('a', 'final').info['round'], round);
      assert.deepEqual(await readdir(store.incoming), []);
      if (round > 1) {
        const replaced = await readFile(join(folder, '.monailabel/replaced/labels/final/a.nii.gz'), 'utf8');
        assert.ok([round - 1, round].includes(Number(replaced.slice(0, 9))), `${replaced.slice(0, 9)} before ${round}`);
      }
      await store.close();
    });
  }
});

describe('a save that was not ended', () => {
  let studies: Studies;
  beforeEach(async () => {
    studies = await Studies.create();
    await studies.put('a.nii.gz');
  });
  afterEach(() => studies.remove());

  const catalogue = (): string => join(studies.folder, 'datastore_v2.json');
  const journal = (): string => join(studies.folder, '.monailabel', 'writing.json');

  /** Leaves what a process leaves that dies between placing the file and replacing the catalogue. */
  async function dieInSave(ext: string): Promise<void> {
    const store = await studies.open();
    await store.saveLabel('a', 'final', await studies.upload('liver'), { label_info: [{ name: 'liver' }] });
    const before = await readFile(catalogue());
    await store.saveLabel('a', 'final', await studies.upload('spleen', ext), { label_info: [{ name: 'spleen' }] });
    const { info, ...label } = store.label('a', 'final');
    await studies.close();
    await writeFile(catalogue(), before);
    const planned = { id: 'a', tag: 'final', entry: { ext, info }, previous: '.nii.gz', ...label };
    await writeFile(journal(), JSON.stringify(planned));
    if (ext !== '.nii.gz') await writeFile(join(studies.folder, 'labels/final/a.nii.gz'), 'liver');
  }

  for (const ext of ['.nii.gz', '.nrrd']) {
    it(`with a file ${ext} in place is ended at the next start`, async () => {
      await dieInSave(ext);
      const store = await studies.open();
      assert.deepEqual(store.label('a', 'final').info['label_info'], [{ name: 'spleen' }]);
      assert.equal(await readFile(store.labelPath('a', 'final'), 'utf8'), 'spleen');
      assert.deepEqual(await readdir(join(studies.folder, 'labels/final')), [`a${ext}`]);
      await assert.rejects(readFile(journal()), { code: 'ENOENT' });
      assert.deepEqual(studies.warnings, []);
    });
  }

  it('changes nothing when its file was not placed', async () => {
    await dieInSave('.nii.gz');
    await writeFile(join(studies.folder, 'labels/final/a.nii.gz'), 'a liver that is longer');
    const store = await studies.open();
    assert.deepEqual(store.label('a', 'final').info['label_info'], [{ name: 'liver' }]);
  });

  it('for want of room leaves the label that was there', async () => {
    const store = await studies.open();
    await store.saveLabel('a', 'final', await studies.upload('liver'), { label_info: [{ name: 'liver' }] });
    await studies.close();
    const before = await readFile(catalogue(), 'utf8');

    const { path } = await studies.upload('spleen');
    assert.equal(await saveWithin8KiB(studies.folder, path), 'EFBIG');
    assert.equal(await readFile(catalogue(), 'utf8'), before);
    const later = await studies.open();
    assert.equal(await readFile(later.labelPath('a', 'final'), 'utf8'), 'liver');
    assert.deepEqual(later.label('a', 'final').info['label_info'], [{ name: 'liver' }]);
    assert.deepEqual(await readdir(join(studies.folder, 'labels/final')), ['a.nii.gz']);
  });
});

describe('a save that the disk does not confirm', () => {
  let studies: Studies;
  beforeEach(async () => {
    studies = await Studies.create();
    await studies.put('a.nii.gz');
  });
  afterEach(() => studies.remove());

  const save = async (organ: string, ext: string): Promise<unknown> => {
    const label = await studies.upload(organ, ext);
    return (await studies.open()).saveLabel('a', 'final', label, { label_info: [{ name: organ }] });
  };

  /** The label's file and its names, which must be of one save. */
  async function organOf(store: LocalDatastore): Promise<string> {
    assert.deepEqual(await readdir(join(studies.folder, 'labels/final')), [`a${store.label('a', 'final').ext}`]);
    assert.deepEqual(await readdir(store.incoming), []);
    const organ = await readFile(store.labelPath('a', 'final'), 'utf8');
    assert.deepEqual(store.label('a', 'final').info['label_info'], [{ name: organ }]);
    return organ;
  }

  for (const ext of ['.nii.gz', '.nrrd']) {
    it(`leaves the old label or the new one, ${ext}, with its own names, whichever sync fails`, async () => {
      const found = new Set<string>();
      await save('liver', '.nii.gz');
      for (let failing = 1; ; failing += 1) {
        const store = await studies.open();
        const label = await studies.upload('spleen', ext);
        const mend = await failSync(failing);
        const saving = store.saveLabel('a', 'final', label, { label_info: [{ name: 'spleen' }] });
        const outcome = await saving.then(
          () => 'stored',
          (error: unknown) => (error as NodeJS.ErrnoException).code,
        );
        mend();
        found.add(await organOf(store));
        await store.refresh();
        const organ = await organOf(store);
        assert.equal(await organOf(await studies.open()), organ);
        if (outcome === 'stored') break;
        assert.equal(outcome, 'EIO');
        await save('liver', '.nii.gz');
        assert.equal(await organOf(await studies.open()), 'liver');
      }
      assert.deepEqual([...found].sort(), ['liver', 'spleen']);
    });
  }
});

/** Lets the `failing`th sync from now on fail, as a broken disk does; the result puts it right again. */
async function failSync(failing: number): Promise<() => void> {
  const handle = await open(tmpdir());
  const files = Object.getPrototypeOf(handle) as { sync: () => Promise<void> };
  await handle.close();
  const { sync } = files;
  let count = 0;
  files.sync = function (this: unknown) {
    count += 1;
    return count === failing ? Promise.reject(Object.assign(new Error('EIO'), { code: 'EIO' })) : sync.call(this);
  };
  return () => (files.sync = sync);
}

/** Saves a label with info of more than the process may write into a file; resolves with the code of the failure. */
async function saveWithin8KiB(folder: string, label: string): Promise<string> {
  const command = `trap '' XFSZ; ulimit -f 8; exec "$0" "$@"`;
  const child = spawn('bash', ['-c', command, process.execPath, failer, folder, label], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let said = '';
  child.stdout.on('data', (chunk: Buffer) => (said += chunk.toString()));
  await once(child, 'close');
  return said.trim();
}
