import assert from 'node:assert/strict';
import { mkdir, readFile, readdir, rename, rm, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { versionOf } from '../../lib/datastore/datastore.js';
import { Studies } from '../fixtures/studies.js';

/** What is known of images and labels outlives whatever happens to their files and to the catalogue. */
describe('what a local datastore knows', () => {
  let studies: Studies;
  beforeEach(async () => {
    studies = await Studies.create();
  });
  afterEach(() => studies.remove());

  const path = (...names: string[]): string => join(studies.folder, ...names);
  const move = (from: string, to: string): Promise<void> => rename(path(from), path(to));
  const names = [{ name: 'liver' }, { name: 'spleen' }];

  it('is back when the file of an image is back', async () => {
    await studies.put('a.nii.gz');
    await studies.put('b.nii.gz');
    const store = await studies.open();
    await store.saveLabel('a', 'final', await studies.upload('label'), { label_info: names, client_id: 'u' });
    await store.updateImageInfo('a', { PatientID: 'p' });
    const known = store.image('a');

    await move('a.nii.gz', '.away');
    await store.refresh();
    assert.deepEqual(store.images(), ['b']);
    assert.deepEqual(store.unlabelled(), ['b']);
    assert.deepEqual(store.labelledCases(), []);
    assert.deepEqual(store.status(), { total: 1, completed: 0, label_tags: {} });
    assert.deepEqual(Object.keys((store.catalogue() as { objects: object }).objects), ['b']);
    assert.throws(() => store.image('a'), { code: 'NOT_FOUND' });

    const later = await studies.open();
    assert.equal(later.has('a'), false);
    await move('.away', 'a.nii.gz');
    await later.refresh();
    assert.deepEqual(later.image('a'), known);
    assert.deepEqual(later.images(), ['a', 'b']);
    assert.deepEqual((await studies.open()).image('a'), known);
  });

  it('is back when the file of a label is back', async () => {
    await studies.put('a.nii.gz');
    const store = await studies.open();
    await store.saveLabel('a', 'final', await studies.upload('label'), { label_info: names });
    const known = store.label('a', 'final');
    await move('labels/final/a.nii.gz', '.away');
    await store.refresh();
    assert.equal(store.hasLabel('a', 'final'), false);
    assert.deepEqual(store.unlabelled(), ['a']);
    await move('.away', 'labels/final/a.nii.gz');
    assert.deepEqual((await studies.open()).label('a', 'final'), known);
  });

  it('goes over to the image that comes back with another extension', async () => {
    await studies.put('a.nii.gz');
    const store = await studies.open();
    await store.saveLabel('a', 'final', await studies.upload('label'), { label_info: names });
    await rm(path('a.nii.gz'));
    await store.refresh();
    await studies.put('a.nrrd');
    await store.refresh();
    assert.equal(store.image('a').ext, '.nrrd');
    assert.equal(store.image('a').info['name'], 'a.nrrd');
    assert.deepEqual(store.label('a', 'final').info['label_info'], names);
  });

  it('is forgotten when the image is deleted, also while its file is away', async () => {
    await studies.put('a.nii.gz');
    const store = await studies.open();
    await store.saveLabel('a', 'final', await studies.upload('first'), {});
    await store.saveLabel('a', 'final', await studies.upload('second'), {});
    await move('a.nii.gz', '.away');
    await store.refresh();
    await store.removeImage('a');
    await move('.away', 'a.nii.gz');
    await store.refresh();
    assert.equal(store.image('a').labels.size, 0);
    assert.deepEqual(await readdir(path('.monailabel/replaced/labels/final')), []);
    assert.deepEqual(await readdir(path('labels/final')), []);
  });

  it('says once that a file is away', async () => {
    await studies.put('a.nii.gz');
    await studies.put('labels.txt');
    const store = await studies.open();
    await rm(path('a.nii.gz'));
    await store.refresh();
    await mkdir(path('labels/final'), { recursive: true });
    await studies.put('labels/final/nobody.nii.gz');
    await store.refresh();
    await store.refresh();
    assert.deepEqual(
      studies.warnings.map((line) => /(image a is away|nobody)/.exec(line)?.[1]),
      ['image a is away', 'nobody'],
    );
  });

  it('costs one entry where one is broken, and the file is kept aside', async () => {
    for (const id of ['a', 'b', 'c']) await studies.put(`${id}.nii.gz`);
    const label = { ext: '.nii.gz', info: { client_id: 'u' } };
    await mkdir(path('labels/final'), { recursive: true });
    for (const id of ['a', 'c']) await studies.put(`labels/final/${id}.nii.gz`);
    const image = { ext: '.nii.gz', info: { PatientID: 'p' } };
    const objects = {
      a: { image, labels: { final: label, constructor: { info: {} } } },
      b: { image: { ext: 5 }, labels: {} },
      c: { image, labels: { final: label } },
    };
    const text = JSON.stringify({ name: 'mine', description: '', objects });
    await studies.put('datastore_v2.json', text);
    const store = await studies.open();
    assert.equal(store.name, 'mine');
    assert.deepEqual(
      ['a', 'b', 'c'].map((id) => store.image(id).info['PatientID']),
      ['p', undefined, 'p'],
    );
    assert.deepEqual(
      ['a', 'c'].map((id) => store.label(id, 'final').info['client_id']),
      ['u', 'u'],
    );
    assert.deepEqual([...store.image('a').labels.keys()], ['final']);

    const aside = (await readdir(studies.folder)).filter((name) => name.startsWith('datastore_v2.json.broken-'));
    assert.equal(aside.length, 1);
    assert.equal(await studies.read(aside[0]!), text);
    const [first, second] = studies.warnings;
    assert.match(first!, /the label "constructor" of image "a" is left out: ext: .*expected string.*kept as/);
    assert.match(second!, /the entry of image "b" is left out: image: ext: .*expected string/);
    await studies.open();
    assert.equal(studies.warnings.length, 2);
  });

  it('is kept where the name of the catalogue is none', async () => {
    await studies.put('a.nii.gz');
    const objects = { a: { image: { ext: '.nii.gz', info: { PatientID: 'p' } } } };
    await studies.put('datastore_v2.json', JSON.stringify({ name: 5, order: 'a', objects }));
    const store = await studies.open();
    assert.deepEqual([store.name, store.image('a').info['PatientID']], ['new-dataset', 'p']);
    assert.match(studies.warnings.join('\n'), /order is left out.*\n.*name is left out: .*expected string.*kept as/);
  });

  it('includes a file that was laid in a moment ago when it is replaced', async () => {
    await studies.put('a.nii.gz');
    const store = await studies.open();
    await studies.put('labels/final/a.nii.gz', 'by hand');
    await studies.put('b.nii.gz', 'by hand');
    const file = await studies.upload('uploaded');
    await assert.rejects(store.saveLabel('a', 'final', file, {}, { version: null }), { code: 'CONFLICT' });
    await assert.rejects(store.addImage('b', file, {}, { version: null }), { code: 'CONFLICT' });
    assert.ok((await store.saveLabel('a', 'final', file, {})).replaced);
    assert.equal(await studies.read('.monailabel/replaced/labels/final/a.nii.gz'), 'by hand');
  });

  it('does not cost a file that is not listed, since another has its id', async () => {
    await studies.put('a.nii.gz');
    await studies.put('a.nrrd', 'another');
    const store = await studies.open();
    const message = /a\.nrrd is there and not listed: move it away first/;
    await assert.rejects(store.addImage('a', await studies.upload('x', '.nrrd'), {}), { code: 'CONFLICT', message });
    assert.equal(await studies.read('a.nrrd'), 'another');
  });

  it('is looked up by names that objects have too', async () => {
    for (const id of ['constructor', 'toString']) await studies.put(`${id}.nii.gz`);
    const store = await studies.open();
    assert.deepEqual(store.images(), ['constructor', 'toString']);
    for (const tag of ['constructor', 'toString', 'hasOwnProperty']) {
      assert.equal(store.hasLabel('constructor', tag), false);
      await assert.rejects(store.updateLabelInfo('constructor', tag, {}), { code: 'NOT_FOUND' });
      await assert.rejects(store.removeLabel('constructor', tag), { code: 'NOT_FOUND' });
      assert.throws(() => store.labelPath('constructor', tag), { code: 'NOT_FOUND' });
    }
    await store.saveLabel('toString', 'constructor', await studies.upload('label'), { client_id: 'u' });
    const later = await studies.open();
    assert.equal(later.label('toString', 'constructor').info['client_id'], 'u');
    assert.deepEqual(later.status().label_tags, { constructor: 1 });
    for (const tag of ['__proto__', '../x', '']) {
      await assert.rejects(later.updateLabelInfo('toString', tag, {}), { code: 'INVALID_INPUT' });
      await assert.rejects(later.removeLabel('toString', tag), { code: 'INVALID_INPUT' });
    }
  });

  it('keeps its order, also of ids that are numbers', async () => {
    const store = await studies.open();
    const ids = ['b', '1001', '007', '2', 'a', '10'];
    for (const id of ids) await store.addImage(id, await studies.upload(id), {});
    assert.deepEqual(store.images(), ids);
    assert.deepEqual((await studies.open()).images(), ids);
  });

  it('has one generation of what was replaced, with what was known of it', async () => {
    const store = await studies.open();
    await store.addImage('a', await studies.upload('image 1'), { PatientID: 'p' });
    await store.addImage('a', await studies.upload('image 2', '.nrrd'), {});
    assert.deepEqual(await readdir(path('.monailabel/replaced/images')), ['a.nii.gz', 'a.nii.gz.json']);
    assert.equal(await studies.read('.monailabel/replaced/images/a.nii.gz'), 'image 1');

    const kept = '.monailabel/replaced/labels/final';
    await store.saveLabel('a', 'final', await studies.upload('1'), { client_id: 'first' });
    await store.saveLabel('a', 'final', await studies.upload('2', '.nrrd'), { client_id: 'second' });
    assert.deepEqual(await readdir(path(kept)), ['a.nii.gz', 'a.nii.gz.json']);
    assert.equal(await studies.read(kept, 'a.nii.gz'), '1');
    const note = JSON.parse(await studies.read(kept, 'a.nii.gz.json')) as { info: Record<string, unknown> };
    assert.equal(note.info['client_id'], 'first');
    await store.saveLabel('a', 'final', await studies.upload('3', '.nrrd'), {});
    assert.deepEqual(await readdir(path(kept)), ['a.nrrd', 'a.nrrd.json']);
    assert.equal(await studies.read(kept, 'a.nrrd'), '2');
    assert.deepEqual(await readdir(path('labels/final')), ['a.nrrd']);
    assert.deepEqual(await readdir(store.incoming), []);
  });

  it('gives a label a new version with every save, and replaces no other than the one expected', async () => {
    await studies.put('a.nii.gz');
    const store = await studies.open();
    const save = async (text: string, version?: string | null): ReturnType<typeof store.saveLabel> =>
      store.saveLabel(
        'a',
        'final',
        await studies.upload(text),
        { client_id: text },
        version === undefined ? {} : { version },
      );
    const first = await save('ann', null);
    assert.equal(first.replaced, undefined);
    assert.equal(versionOf(store.label('a', 'final')), first.version);
    await assert.rejects(save('bob', null), {
      code: 'CONFLICT',
      status: 409,
      message: /was submitted by ann at 20.*Z$/,
    });
    const second = await save('bob', first.version);
    assert.notEqual(second.version, first.version);
    assert.deepEqual([second.replaced?.version, second.replaced?.client_id], [first.version, 'ann']);
    await assert.rejects(save('ann', first.version), { code: 'CONFLICT', message: /submitted by bob/ });
    assert.equal(await studies.read('labels/final/a.nii.gz'), 'bob');
    await store.updateLabelInfo('a', 'final', { version: 'forged', comment: 'good' });
    assert.equal(store.label('a', 'final').info['version'], second.version);
    await store.removeLabel('a', 'final');
    await assert.rejects(save('ann', second.version), { code: 'CONFLICT', message: /has been deleted/ });
  });

  it('refuses names that it would not read again, and information that it would write for ever', async () => {
    const id = 'x'.repeat(172);
    await studies.put(`${id}.nii.gz`);
    const store = await studies.open();
    await store.saveLabel(id, 'final', await studies.upload('label'), {});
    await assert.rejects(store.saveLabel(id, 'final', await studies.upload('label', '.seg.nrrd'), {}), {
      code: 'INVALID_INPUT',
      message: /^The file name .* must be a plain name: 1 to 180 bytes/,
    });
    await assert.rejects(store.addImage(`${id}yy`, await studies.upload('image'), {}), { code: 'INVALID_INPUT' });
    const large = { comment: 'x'.repeat(2 ** 20) };
    const tooLarge = { code: 'TOO_LARGE', message: /would take 104\d{4} characters; up to 1048576 are kept/ };
    await assert.rejects(store.updateImageInfo(id, large), tooLarge);
    await assert.rejects(store.updateLabelInfo(id, 'final', large), tooLarge);
    await assert.rejects(store.saveLabel(id, 'final', await studies.upload('label'), large), tooLarge);
    await assert.rejects(store.addImage('new', await studies.upload('image'), large), tooLarge);
    const later = await studies.open();
    assert.deepEqual(later.images(), [id]);
    assert.ok(later.hasLabel(id, 'final'));
    assert.deepEqual(studies.warnings, []);
  });

  it('stores also after somebody has tidied its folder of incoming files away', async () => {
    await studies.put('a.nii.gz');
    const store = await studies.open();
    await rm(store.incoming, { recursive: true });
    await store.saveLabel('a', 'final', await studies.upload('label'), {});
    assert.equal(await studies.read('labels/final/a.nii.gz'), 'label');
  });

  it('lets one of several who replace the same version at once', async () => {
    await studies.put('a.nii.gz');
    const store = await studies.open();
    const files = await Promise.all(['1', '2', '3', '4'].map((text) => studies.upload(text)));
    const saves = await Promise.allSettled(
      files.map((file) => store.saveLabel('a', 'final', file, {}, { version: null })),
    );
    assert.deepEqual(saves.map(({ status }) => status).sort(), ['fulfilled', 'rejected', 'rejected', 'rejected']);
  });

  it('notices a label that was changed by hand: another version, not checked', async () => {
    await studies.put('a.nii.gz');
    const store = await studies.open();
    const { version } = await store.saveLabel('a', 'final', await studies.upload('label'), { label_info: names });
    await store.setChecked(
      (await store.uncheckedLabels(['final'])).map((each) => ({ ...each, checked: { values: {} } })),
    );
    assert.deepEqual(await store.uncheckedLabels(['final']), []);
    const file = path('labels/final/a.nii.gz');
    await writeFile(file, 'by hand');
    await utimes(file, 1_700_000_000, 1_700_000_000);
    await assert.rejects(store.saveLabel('a', 'final', await studies.upload('x'), {}, { version }), {
      code: 'CONFLICT',
    });
    assert.deepEqual(store.label('a', 'final').info, { label_info: names, ts: 1_700_000_000, name: 'a.nii.gz' });
    assert.equal(versionOf(store.label('a', 'final')), '1700000000');
    assert.equal(await readFile(file, 'utf8'), 'by hand');
    assert.equal((await store.uncheckedLabels(['final'])).length, 1);
  });

  it('asks to look at a label again when its image, its file or its names are others', async () => {
    await studies.put('a.nii.gz');
    const store = await studies.open();
    const check = async (): Promise<void> => {
      const unchecked = await store.uncheckedLabels(['final', 'original']);
      await store.setChecked(unchecked.map((each) => ({ ...each, checked: { values: { 1: 5 } } })));
    };
    const isChecked = async (): Promise<boolean> => (await store.uncheckedLabels(['final'])).length === 0;
    await store.saveLabel('a', 'final', await studies.upload('label'), { checked: { values: {} } });
    assert.equal(await isChecked(), true); // whoever saves a label has looked at it
    await store.saveLabel('a', 'final', await studies.upload('label'), {});
    assert.equal(await isChecked(), false);
    await check();
    assert.deepEqual((store.label('a', 'final').info['checked'] as { values: object }).values, { 1: 5 });
    await store.updateLabelInfo('a', 'final', { comment: 'good' });
    assert.equal(await isChecked(), true);
    for (const change of [
      async () => store.updateLabelInfo('a', 'final', { label_values: { spleen: 1 } }),
      async () => store.addImage('a', await studies.upload('another image'), {}),
      async () => store.saveLabel('a', 'final', await studies.upload('another label'), {}),
    ]) {
      await change();
      assert.equal(await isChecked(), false);
      await check();
      assert.equal(await isChecked(), true);
    }
    const [stale] = await store.uncheckedLabels(['final']);
    assert.equal(stale, undefined);
  });

  it('passes over what was found in a label that has changed since', async () => {
    await studies.put('a.nii.gz');
    const store = await studies.open();
    await store.saveLabel('a', 'final', await studies.upload('label'), {});
    const [unchecked] = await store.uncheckedLabels(['final']);
    await store.saveLabel('a', 'final', await studies.upload('a longer label'), {});
    await store.setChecked([{ ...unchecked!, checked: { values: {} } }]);
    assert.equal(store.label('a', 'final').info['checked'], undefined);
  });
});
