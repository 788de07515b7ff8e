import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { chmod, mkdir, mkdtemp, readFile, readdir, realpath, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { LocalDatastore } from '../../lib/datastore/local/local-datastore.js';
import { Studies } from '../fixtures/studies.js';

describe('files of a local datastore', () => {
  let studies: Studies;
  beforeEach(async () => {
    studies = await Studies.create();
  });
  afterEach(() => studies.remove());

  it('are listed with extensions in capitals', async () => {
    for (const name of ['UP.NII.GZ', 'Scan.Nrrd', 'UP2.NII']) await studies.put(name);
    const store = await studies.open();
    assert.deepEqual(store.images(), ['Scan', 'UP', 'UP2']);
    assert.equal(store.imagePath('UP'), join(await realpath(studies.folder), 'UP.NII.GZ'));
    await store.addImage('UP', await studies.upload('newer', '.nii.gz'), {});
    assert.equal(await studies.read('UP.NII.GZ'), 'newer');
    assert.deepEqual(studies.warnings, []);
  });

  it('are left out with one warning each where their names cannot be ids', async () => {
    await studies.put('good.nii.gz');
    await studies.put('back\\slash.nii.gz');
    await studies.put('notes\\of\\mine.txt');
    const latin1 = Buffer.concat([
      Buffer.from(join(studies.folder, 'M')),
      Buffer.from([0xfc]),
      Buffer.from('ller.nii.gz'),
    ]);
    await writeFile(latin1, 'image');
    const store = await studies.open();
    await store.refresh();
    assert.deepEqual(store.images(), ['good']);
    assert.equal(studies.warnings.length, 2);
    assert.match(studies.warnings.join('\n'), /Müller\.nii\.gz is left out: its name is not valid UTF-8; rename it/);
    assert.match(studies.warnings.join('\n'), /back\\\\slash\.nii\.gz" is left out: .*no backslash/);
  });

  it('keep their ids where an image is a .seg.nrrd', async () => {
    const store = await studies.open();
    await store.addImage('x', await studies.upload('image', '.seg.nrrd'), { PatientID: 'p' });
    await store.refresh();
    assert.deepEqual(store.images(), ['x']);
    await rm(join(studies.folder, 'datastore_v2.json'));
    assert.deepEqual((await studies.open()).images(), ['x']);
  });

  it('are known by their path in the studies, however those are named, and by what a link leads to', async () => {
    await mkdir(join(studies.folder, 'archive'));
    await studies.put('archive/old.nii.gz');
    await symlink('archive/old.nii.gz', join(studies.folder, 'linked.nii.gz'));
    await studies.put('a.nii.gz');
    const named = join(studies.uploads, 'studies');
    await symlink(studies.folder, named);
    const store = await LocalDatastore.open(named, { watch: false });
    for (const id of ['a', 'linked']) {
      assert.equal(store.idOfPath(store.imagePath(id)), id);
      assert.equal(store.idOfPath(join(named, `${id}.nii.gz`)), id);
      assert.equal(store.idOfPath(join(await realpath(studies.folder), `${id}.nii.gz`)), id);
    }
    assert.equal(store.idOfPath(join(named, 'b.nii.gz')), undefined);
    assert.equal(store.idOfPath('/etc/a.nii.gz'), undefined);
    await store.close();
  });

  it('are looked at again when people change them, not when we do', async () => {
    await studies.put('a.nii.gz');
    const store = await studies.open({ watch: true });
    let looked = 0;
    const look = store.refresh.bind(store);
    store.refresh = () => ((looked += 1), look());
    await sleep(300); // the watcher takes a moment to look at the folder first
    await store.saveLabel('a', 'final', await studies.upload('label'), {});
    await store.addImage('b', await studies.upload('image'), {});
    await sleep(4000);
    assert.equal(looked, 0);
    await writeFile(join(studies.folder, 'labels/final/b.nii.gz'), 'by hand');
    while (!store.hasLabel('b', 'final')) await sleep(50);
    assert.equal(looked, 1);
  });
});

describe('a local datastore with a folder for labels', () => {
  let studies: Studies;
  let labels: string;
  beforeEach(async () => {
    studies = await Studies.create();
    labels = await mkdtemp(join(tmpdir(), 'labels-'));
    await studies.put('a.nii.gz');
  });
  afterEach(async () => {
    await studies.remove();
    await rm(labels, { recursive: true });
  });

  it('writes there and nowhere else', async () => {
    const store = await studies.open({ labels });
    assert.deepEqual(store.images(), ['a']);
    await store.saveLabel('a', 'final', await studies.upload('first'), { client_id: 'u' });
    await store.saveLabel('a', 'final', await studies.upload('second'), { client_id: 'v' });
    assert.equal(store.labelPath('a', 'final'), join(await realpath(labels), 'labels/final/a.nii.gz'));
    assert.equal(await readFile(join(labels, '.monailabel/replaced/labels/final/a.nii.gz'), 'utf8'), 'first');
    assert.deepEqual((await readdir(labels)).sort(), ['.monailabel', 'datastore_v2.json', 'labels']);
    assert.deepEqual(await readdir(studies.folder), ['a.nii.gz']);
    const later = await studies.open({ labels });
    assert.equal(later.label('a', 'final').info['client_id'], 'v');
    assert.deepEqual(
      later.labelledCases().map(({ id }) => id),
      ['a'],
    );
  });

  it('neither adds nor deletes images', async () => {
    const store = await studies.open({ labels });
    const refusal = { status: 403, message: /The images in .* are only read/ };
    await assert.rejects(store.removeImage('a'), refusal);
    await assert.rejects(store.addImage('b', await studies.upload('image'), {}), refusal);
    assert.deepEqual(await readdir(studies.folder), ['a.nii.gz']);
  });

  it('says that labels lie beside the images, which it does not use', async () => {
    await mkdir(join(studies.folder, 'labels'));
    await studies.open({ labels });
    assert.match(studies.warnings[0]!, /has labels of its own, which are not used/);
  });

  it('follows both folders', async () => {
    const store = await studies.open({ labels, watch: true });
    await sleep(300);
    await rename((await studies.upload('image')).path, join(studies.folder, 'b.nii.gz'));
    await rename((await studies.upload('label')).path, join(labels, 'labels/final/a.nii.gz'));
    while (store.status().total < 2 || store.status().completed < 1) await sleep(50);
  });
});

describe('studies that cannot be written', () => {
  let studies: Studies;
  let labels: string;
  /** Undoes what made them so. */
  let undo: () => void | Promise<void>;

  beforeEach(async function () {
    studies = await Studies.create();
    labels = await mkdtemp(join(tmpdir(), 'labels-'));
    await studies.put('a.nii.gz');
    const { folder } = studies;
    if (process.getuid?.() !== 0) {
      await chmod(folder, 0o555);
      undo = () => chmod(folder, 0o755);
      return;
    }
    // The superuser may write everywhere but on a file system that is only read.
    try {
      execFileSync('mount', ['--bind', folder, folder], { stdio: 'ignore' });
      execFileSync('mount', ['-o', 'remount,bind,ro', folder], { stdio: 'ignore' });
    } catch {
      this.skip();
    }
    undo = () => void execFileSync('umount', [folder]);
  });
  afterEach(async () => {
    await studies.close();
    await undo?.();
    await studies.remove();
    await rm(labels, { recursive: true });
  });

  it('are refused in one sentence, and served with a folder for labels', async () => {
    const message = /cannot be written \(E(ROFS|ACCES)\): start with --labels <folder> to keep labels/;
    await assert.rejects(studies.open(), { code: 'INVALID_INPUT', message });
    const store = await studies.open({ labels });
    await store.saveLabel('a', 'final', await studies.upload('label'), {});
    assert.deepEqual(store.status(), { total: 1, completed: 1, label_tags: { final: 1 } });
  });
});
