import assert from 'node:assert/strict';
import { mkdir, readFile, readdir, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { LocalDatastore } from '../../lib/datastore/local/local-datastore.js';
import { Studies } from '../fixtures/studies.js';

describe('local datastore', () => {
  let studies: Studies;
  let folder: string;
  let uploads: string;
  let warnings: readonly string[];
  beforeEach(async () => {
    studies = await Studies.create();
    ({ folder, uploads, warnings } = studies);
  });
  afterEach(() => studies.remove());

  const open = (watch = false): Promise<LocalDatastore> => studies.open({ watch });
  const upload = (text: string, ext?: string): Promise<{ path: string; ext: string }> => studies.upload(text, ext);
  const put = (name: string, text?: string): Promise<void> => studies.put(name, text);
  const read = (...path: string[]): Promise<string> => studies.read(...path);
  const onDisk = (): Promise<Record<string, unknown>> => studies.catalogue();

  it('lists the images of a folder and writes the catalogue of MONAI Label', async () => {
    await put('b.nii.gz');
    await put('a.case.v1.nii.gz');
    await put('notes.txt');
    await mkdir(join(folder, 'sub'));
    await put('sub/c.nii.gz');
    const store = await open();
    assert.deepEqual(store.images(), ['a.case.v1', 'b']);
    assert.deepEqual(store.status(), { total: 2, completed: 0, label_tags: {} });
    assert.deepEqual((await readdir(join(folder, 'labels'))).sort(), ['final', 'original']);
    const catalogue = await onDisk();
    assert.deepEqual(Object.keys(catalogue), ['name', 'description', 'images_dir', 'labels_dir', 'objects']);
    assert.deepEqual(catalogue, store.catalogue());
    const ts = store.image('b').info['ts'];
    assert.ok(Number.isInteger(ts));
    assert.equal(
      JSON.stringify((catalogue['objects'] as Record<string, unknown>)['b']),
      `{"image":{"ext":".nii.gz","info":{"ts":${String(ts)},"name":"b.nii.gz"}},"labels":{}}`,
    );
    assert.match(await read('datastore_v2.json'), /^\{\n {2}"name": "new-dataset",\n/);
  });

  it('opens a store that MONAI Label wrote without changing a byte', async () => {
    await put('spleen_10.nii.gz');
    await put('spleen_2.nii.gz');
    for (const tag of ['final', 'original', 'version_1']) {
      await mkdir(join(folder, 'labels', tag), { recursive: true });
      await put(`labels/${tag}/spleen_10.nii.gz`);
    }
    const label = { ext: '.nii.gz', info: { ts: 1700000002, name: 'spleen_10.nii.gz' } };
    const final = {
      ...label,
      info: { label_info: [{ name: 'spleen', idx: 2 }], client_id: 'user-xyz', ...label.info },
    };
    const text = JSON.stringify(
      {
        name: 'Zürich',
        description: 'New Dataset',
        images_dir: '.',
        labels_dir: 'labels',
        objects: {
          spleen_2: { image: { ext: '.nii.gz', info: { ts: 1700000000, name: 'spleen_2.nii.gz' } }, labels: {} },
          spleen_10: {
            image: {
              ext: '.nii.gz',
              info: {
                ts: 1700000000,
                name: 'spleen_10.nii.gz',
                strategy: { random: { ts: 1700000001, client_id: 'u' } },
              },
            },
            labels: { version_1: label, original: label, final },
          },
        },
      },
      null,
      2,
    ).replace('ü', '\\u00fc'); // Python escapes what is not ASCII
    await put('datastore_v2.json', text);
    const store = await open();
    assert.equal(await read('datastore_v2.json'), text);
    assert.equal(store.name, 'Zürich');
    assert.deepEqual(store.images(), ['spleen_2', 'spleen_10']);
    assert.deepEqual(store.status(), { total: 2, completed: 1, label_tags: { version_1: 1, original: 1, final: 1 } });
    assert.deepEqual(store.unlabelled(), ['spleen_2']);
    const [labelled] = store.labelledCases();
    assert.equal(labelled!.label, join(folder, 'labels/final/spleen_10.nii.gz'));
    assert.deepEqual(labelled!.info, final.info);
    assert.deepEqual(warnings, []);
  });

  it('saves a label, replaces it, and keeps one file when the extension changes', async () => {
    await put('a.nii.gz');
    const store = await open();
    assert.equal((await store.saveLabel('a', 'final', await upload('first'), { client_id: 'u' })).id, 'a');
    assert.equal(await read('labels/final/a.nii.gz'), 'first');
    await store.saveLabel('a', 'final', await upload('second', '.nrrd'), { model: 'm' });
    assert.deepEqual(await readdir(join(folder, 'labels/final')), ['a.nrrd']);
    assert.equal(await read('labels/final/a.nrrd'), 'second');
    const { info } = store.image('a').labels.get('final')!;
    assert.deepEqual(Object.keys(info), ['model', 'ts', 'name', 'version']);
    assert.deepEqual(await onDisk(), store.catalogue());
    assert.deepEqual(await readdir(uploads), []);
  });

  it('keeps both of two concurrent saves', async () => {
    await put('a.nii.gz');
    await put('b.nii.gz');
    const store = await open();
    const files = await Promise.all([upload('A'), upload('B'), upload('A2')]);
    await Promise.all([
      store.saveLabel('a', 'final', files[0], {}),
      store.saveLabel('b', 'final', files[1], {}),
      store.saveLabel('a', 'version_1', files[2], {}),
    ]);
    assert.deepEqual(store.status().label_tags, { final: 2, version_1: 1 });
    assert.deepEqual(await onDisk(), store.catalogue());
    assert.deepEqual([await read('labels/final/a.nii.gz'), await read('labels/final/b.nii.gz')], ['A', 'B']);
  });

  it('adds an image again without losing its labels, removes it with them', async () => {
    const store = await open();
    await store.addImage('my.case', await upload('image'), { PatientID: 'p' });
    await store.saveLabel('my.case', 'final', await upload('label'), {});
    await store.addImage('my.case', await upload('better', '.nrrd'), {});
    assert.equal(await read('my.case.nrrd'), 'better');
    assert.equal(store.image('my.case').info['PatientID'], 'p');
    assert.deepEqual([...store.image('my.case').labels.keys()], ['final']);
    await store.removeImage('my.case');
    assert.deepEqual(await readdir(join(folder, 'labels/final')), []);
    assert.deepEqual((await readdir(folder)).sort(), ['.monailabel', 'datastore_v2.json', 'labels']);
    assert.throws(() => store.image('my.case'), { code: 'NOT_FOUND' });
  });

  it('merges info and removes labels', async () => {
    await put('a.nii.gz');
    const store = await open();
    await store.saveLabel('a', 'final', await upload('label'), { x: 1 });
    await store.updateLabelInfo('a', 'final', { y: 2 });
    await store.updateImageInfo('a', { strategy: { first: { ts: 1, client_id: 'u' } } });
    assert.deepEqual(Object.keys(store.image('a').labels.get('final')!.info), ['x', 'ts', 'name', 'version', 'y']);
    await store.removeLabel('a', 'final');
    assert.deepEqual(store.status(), { total: 1, completed: 0, label_tags: {} });
    await assert.rejects(store.removeLabel('a', 'final'), { code: 'NOT_FOUND' });
    assert.deepEqual(await onDisk(), store.catalogue());
  });

  it('refuses hostile names, and writes nothing', async () => {
    await put('a.nii.gz');
    const store = await open();
    for (const id of ['../x', '/etc/passwd', 'a/b', '..', 'x\0']) {
      await assert.rejects(async () => store.addImage(id, await upload('x'), {}), { code: 'INVALID_INPUT' });
      await assert.rejects(async () => store.saveLabel(id, 'final', await upload('x'), {}), { code: 'INVALID_INPUT' });
      await assert.rejects(async () => store.saveLabel('a', id, await upload('x'), {}), { code: 'INVALID_INPUT' });
      assert.throws(() => store.imagePath(id), { code: 'INVALID_INPUT' });
    }
    for (const ext of ['', '/x', '.nii/../../x', 'nii', '.a.b.c.d.e.f']) {
      const { path } = await upload('x');
      await assert.rejects(async () => store.saveLabel('a', 'final', { path, ext }, {}), { code: 'INVALID_INPUT' });
    }
    await assert.rejects(async () => store.addImage('datastore_v2', await upload('{}', '.json'), {}), {
      code: 'INVALID_INPUT',
    });
    await assert.rejects(async () => store.saveLabel('unknown', 'final', await upload('x'), {}), { code: 'NOT_FOUND' });
    assert.deepEqual((await readdir(folder)).sort(), ['.monailabel', 'a.nii.gz', 'datastore_v2.json', 'labels']);
    assert.deepEqual(await readdir(join(folder, 'labels')), ['final', 'original']);
  });

  it('follows links within the studies, and none that lead out', async () => {
    await writeFile(join(uploads, 'secret.nii.gz'), 'secret');
    await put('a.nii.gz');
    await symlink(join(folder, 'a.nii.gz'), join(folder, 'inside.nii.gz'));
    await symlink(join(uploads, 'secret.nii.gz'), join(folder, 'outside.nii.gz'));
    const store = await open();
    assert.deepEqual(store.images(), ['a', 'inside']);
    assert.ok(warnings.some((warning) => warning.includes('outside.nii.gz')));
    assert.equal(store.imagePath('inside'), join(folder, 'a.nii.gz'));

    await rm(join(folder, 'a.nii.gz'));
    await symlink(join(uploads, 'secret.nii.gz'), join(folder, 'a.nii.gz'));
    assert.throws(() => store.imagePath('a'), { code: 'INVALID_INPUT' });

    await symlink(uploads, join(folder, 'labels', 'stolen'));
    await assert.rejects(async () => store.saveLabel('a', 'stolen', await upload('x'), {}), { code: 'INVALID_INPUT' });
    assert.equal(await readFile(join(uploads, 'secret.nii.gz'), 'utf8'), 'secret');
    assert.ok(!(await readdir(uploads)).includes('a.nii.gz'));
  });

  it('creates nothing through a folder of labels that leads out', async () => {
    await put('a.nii.gz');
    await symlink(uploads, join(folder, 'labels'));
    await assert.rejects(open(), { code: 'INVALID_INPUT', message: /labels leads out of the studies/ });
    assert.deepEqual(await readdir(uploads), []);
  });

  it('refuses a catalogue whose folders climb out of the studies', async () => {
    await put('datastore_v2.json', JSON.stringify({ labels_dir: '../elsewhere', objects: {} }));
    const store = await open();
    assert.ok(warnings[0]!.includes('../elsewhere'));
    assert.equal((store.catalogue() as { labels_dir: string }).labels_dir, 'labels');
  });

  it('keeps a catalogue it cannot read aside and starts anew from the folder', async () => {
    await put('a.nii.gz');
    await mkdir(join(folder, 'labels', 'final'), { recursive: true });
    await put('labels/final/a.nii.gz');
    const broken = '{"name": "x", "objects": {"a": {"image"';
    await put('datastore_v2.json', broken);
    const store = await open();
    assert.deepEqual(store.status(), { total: 1, completed: 1, label_tags: { final: 1 } });
    const aside = (await readdir(folder)).find((name) => name.startsWith('datastore_v2.json.broken-'));
    assert.equal(await read(aside!), broken);
    assert.equal(warnings.length, 1);
    assert.deepEqual(await onDisk(), store.catalogue());
  });

  it('takes what came by hand at the next start', async () => {
    await put('a.nii.gz');
    const before = await open();
    await before.saveLabel('a', 'final', await upload('label'), { client_id: 'u' });
    await studies.close();
    await put('c.nrrd');
    await put('labels/original/a.seg.nrrd');
    await put('labels/original/nobody.nii.gz');
    const store = await open();
    assert.deepEqual(store.images(), ['a', 'c']);
    assert.deepEqual(store.status().label_tags, { final: 1, original: 1 });
    assert.equal(store.label('a', 'original').ext, '.seg.nrrd');
    assert.equal(store.label('a', 'final').info['client_id'], 'u');
    assert.ok(warnings.some((warning) => warning.includes('nobody.nii.gz')));
  });

  it('removes what a process left that died in the middle of a write', async () => {
    await put('a.nii.gz');
    await mkdir(join(folder, 'labels', 'final'), { recursive: true });
    await mkdir(join(folder, '.monailabel', 'incoming'), { recursive: true });
    await put('labels/final/a.nii.gz');
    for (const name of ['.writing-1', 'labels/final/.writing-2', '.monailabel/incoming/half', '.mine']) await put(name);
    const store = await open();
    assert.deepEqual((await readdir(folder)).sort(), [
      '.mine',
      '.monailabel',
      'a.nii.gz',
      'datastore_v2.json',
      'labels',
    ]);
    assert.deepEqual(await readdir(join(folder, 'labels/final')), ['a.nii.gz']);
    assert.deepEqual(await readdir(store.incoming), []);
  });

  it('takes over an edit of the catalogue made by hand before it writes', async () => {
    await put('a.nii.gz');
    const store = await open();
    const catalogue = await onDisk();
    await put('datastore_v2.json', JSON.stringify({ ...catalogue, name: 'Edited' }));
    await store.updateImageInfo('a', { x: 1 });
    assert.equal((await onDisk())['name'], 'Edited');
    assert.equal(store.image('a').info['x'], 1);
  });

  it('follows images and labels that come and go while it runs', async () => {
    await put('a.nii.gz');
    const store = await open(true);
    await sleep(300); // the watcher takes a moment to look at the folder first
    await rename((await upload('image')).path, join(folder, 'new.nii.gz'));
    await rename((await upload('label')).path, join(folder, 'labels', 'final', 'a.nii.gz'));
    while (store.status().total < 2 || store.status().completed < 1) await sleep(50);
    await rm(join(folder, 'new.nii.gz'));
    while (store.has('new')) await sleep(50);
    assert.deepEqual(store.images(), ['a']);
  });
});
