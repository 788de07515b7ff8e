import assert from 'node:assert/strict';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { LabelError } from '../../lib/errors.js';
import { tinyNifti, tinyNrrd } from '../fixtures/nifti.js';
import { formWith, startTestServer, until, type TestServer } from './harness.js';

/** What a client sees of a label's check; what the check finds is tested with the real engine. */
describe('labels over HTTP', () => {
  let server: TestServer;
  beforeEach(async () => (server = await startTestServer()));
  afterEach(() => server.close());

  interface Answer {
    readonly status: number;
    readonly body: Record<string, unknown>;
  }

  async function put(
    label: { name: string; content: string | Buffer },
    params: object = {},
    headers: Record<string, string> = {},
  ): Promise<Answer> {
    const body = formWith({ params: JSON.stringify(params), label });
    const reply = await server.request('/datastore/label?image=a', { method: 'PUT', body, headers });
    return { status: reply.status, body: (await reply.json()) as Record<string, unknown> };
  }

  const nifti = { name: 'x.nii', content: tinyNifti() };
  const stored = (): Promise<string[]> => readdir(path.join(server.studies, 'labels/final'));

  it('tells what the values mean, and which of them need names', async () => {
    server.engine.check = { placement: 'resampled', layers: [{ 1: 3, 7: 2, 9: 1 }], overlaps: [], vanished: [9] };
    const { body } = await put(nifti, { label_values: { spleen: 1 } });
    const { version, ...rest } = body;
    assert.equal(typeof version, 'string');
    assert.deepEqual(rest, {
      image: 'a',
      label: 'a',
      label_values: { spleen: 1 },
      needs_names: [7, 9],
      notes: [
        'on another grid than the image, and brought to the image’s grid by nearest neighbour',
        'too small for the image’s grid, so nothing is left of: values 9',
        'needs names: values 7, 9',
      ],
    });
    const listing = (await (await server.request('/datastore?output=all')).json()) as {
      objects: Record<string, { labels: Record<string, { info: { checked: Record<string, unknown> } }> }>;
    };
    assert.deepEqual(listing.objects['a']!.labels['final']!.info.checked['needs_names'], [7, 9]);
  });

  it('takes names afterwards', async () => {
    server.engine.check = { placement: 'same', layers: [{ 7: 2 }], overlaps: [], vanished: [] };
    assert.deepEqual((await put(nifti)).body['needs_names'], [7]);
    const info = new URLSearchParams({ info: '{"label_values": {"spleen": 7}}' });
    const url = '/datastore/label/info?label=a&tag=final';
    assert.equal((await server.request(url, { method: 'PUT', body: info })).status, 200);
    const known = (await (await server.request(url)).json()) as { checked: Record<string, unknown> };
    assert.deepEqual([known.checked['needs_names'], known.checked['label_values']], [[], { spleen: 7 }]);
    const twice = new URLSearchParams({ info: '{"label_values": {"spleen": 7, "liver": 7}}' });
    assert.equal((await server.request(url, { method: 'PUT', body: twice })).status, 400);
  });

  it('replaces a label only where nobody has written meanwhile, if that is asked for', async () => {
    const none = await put(nifti, { client_id: 'ann' }, { 'If-None-Match': '*' });
    assert.equal(none.status, 200);
    const first = none.body['version'] as string;
    assert.equal((await put(nifti, { client_id: 'bob' }, { 'If-None-Match': '*' })).status, 409);

    const second = await put(nifti, { client_id: 'bob' }, { 'If-Match': `"${first}"` });
    assert.equal(second.status, 200);
    assert.equal((second.body['replaced'] as Record<string, unknown>)['client_id'], 'ann');
    const late = await put(nifti, { client_id: 'ann' }, { 'If-Match': `"${first}"` });
    assert.equal(late.status, 409);
    assert.match(late.body['detail'] as string, /bob/);
    assert.equal((await put(nifti)).status, 200);
  });

  it('refuses a label of an image that has been replaced since', async () => {
    const etag = async (): Promise<string> => {
      const reply = await server.request('/datastore/image?image=a', { method: 'HEAD' });
      return reply.headers.get('ETag')!.replaceAll('"', '');
    };
    const putFor = async (image: string): Promise<number> => {
      const body = formWith({ label: nifti });
      return (await server.request(`/datastore/label?image=a&image_etag=${image}`, { method: 'PUT', body })).status;
    };
    const first = await etag();
    assert.equal(await putFor(first), 200);
    const file = path.join(server.studies, 'a.nii.gz');
    await writeFile(file, Buffer.concat([await readFile(file), Buffer.from('more')]));
    assert.equal(await putFor(first), 412);
    assert.equal(await putFor(await etag()), 200);
  });

  describe('while it is looked at', () => {
    let opened: () => void;
    beforeEach(() => void (server.engine.checkGate = new Promise((resolve) => (opened = resolve))));
    const looked = (): Promise<void> =>
      until(() => server.engine.asked.some(({ name }) => name === 'checkLabel' || name === 'checkImage'));

    it('is refused when its image is replaced, also without a condition', async () => {
      const answer = put(nifti);
      await looked();
      const file = path.join(server.studies, 'a.nii.gz');
      await writeFile(file, Buffer.concat([await readFile(file), Buffer.from('more')]));
      opened();
      assert.equal((await answer).status, 412);
      assert.deepEqual(await stored(), []);
      assert.equal((await put(nifti)).status, 200);
    });

    for (const [what, url, field] of [
      ['label', '/datastore/label?image=a', 'label'],
      ['image', '/datastore/image?image=new', 'file'],
    ] as const) {
      it(`the ${what} of a client that has hung up is let go`, async () => {
        const hangUp = new AbortController();
        const body = formWith({ [field]: nifti });
        const answer = server.request(url, { method: 'PUT', body, signal: hangUp.signal });
        await looked();
        hangUp.abort();
        await assert.rejects(answer, { name: 'AbortError' });
        await until(() => server.engine.aborted === 1);
      });
    }
  });

  it('refuses a condition that it does not understand', async () => {
    assert.equal((await put(nifti, {}, { 'If-Match': 'abc' })).status, 400);
    assert.deepEqual(await stored(), []);
  });

  it('refuses what cannot be placed or read and keeps what is there', async () => {
    await put(nifti);
    for (const [code, status] of [
      ['UNFIT_LABEL', 422],
      ['INVALID_FILE', 400],
    ] as const) {
      server.engine.check = new LabelError(code, 'the label does not lie on its image');
      const refused = await put({ name: 'x.nrrd', content: tinyNrrd() });
      assert.deepEqual([refused.status, refused.body], [status, { detail: 'The label does not lie on its image' }]);
    }
    assert.deepEqual(await stored(), ['a.nii']);
    assert.deepEqual(await readFile(path.join(server.studies, 'labels/final/a.nii')), tinyNifti());
  });

  for (const [name, content, status, message] of [
    ['l.mha', 'ObjectType = Image', 400, /The label .mha is neither NIfTI nor NRRD: save the label as/],
    ['l.nii.gz', '', 400, /neither NIfTI nor NRRD/],
    ['l.json', '{}', 422, /A .json file is no volume and does not replace the .nii of a: give it another tag/],
    ['l.xml', '<a/>', 422, /is no volume/],
  ] as const) {
    it(`does not replace a volume by ${name}`, async () => {
      await put(nifti);
      const refused = await put({ name, content });
      assert.equal(refused.status, status);
      assert.match(refused.body['detail'] as string, message);
      assert.deepEqual(await stored(), ['a.nii']);
    });
  }

  it('keeps points and outlines, and says that they are no volume', async () => {
    const { status, body } = await put({ name: 'boxes.json', content: '{"markups": []}' });
    assert.deepEqual([status, body['notes']], [200, ['cannot be used: its .json file is no volume']]);
    assert.deepEqual(await stored(), ['a.json']);
    const placed = await server.request('/datastore/label/placed?label=a&tag=final');
    assert.equal(placed.status, 422);
    const training = await server.request('/train/spleen', { method: 'POST', body: '{}' });
    assert.equal(training.status, 400);
    assert.match(((await training.json()) as { detail: string }).detail, /a is left out: its .json file is no volume/);
  });

  it('goes by what a file is where its name does not say', async () => {
    assert.equal((await put({ name: 'label.bin', content: tinyNrrd() })).status, 200);
    assert.deepEqual(await stored(), ['a.nrrd']);
  });

  it('refuses labels with channels that nobody explains', async () => {
    const channels = tinyNrrd().toString('latin1').replace('dimension: 3', 'dimension: 4');
    const content =
      channels.replace('sizes: 2 2 2', 'sizes: 2 2 2 2').replace('(0,0,2)\n', '(0,0,2) none\n') + '\0'.repeat(8);
    const { status, body } = await put({ name: 'l.nrrd', content: Buffer.from(content, 'latin1') });
    assert.equal(status, 422);
    assert.match(body['detail'] as string, /^The label has 2 channels and does not say what they are/);
  });

  it('gives a label on the grid of its image, with the meaning of its values', async () => {
    await put(nifti, { label_values: { spleen: 1 } });
    const placed = await server.request('/datastore/label/placed?label=a&tag=final');
    assert.equal(placed.status, 200);
    assert.equal(await placed.text(), 'the label file');
    const said = JSON.parse(decodeURIComponent(placed.headers.get('x-label')!)) as Record<string, unknown>;
    assert.deepEqual([said['label_values'], said['needs_names']], [{ spleen: 1 }, []]);
    const { options } = server.engine.asked.findLast(({ name }) => name === 'placeLabel')!;
    assert.deepEqual((options as { values: unknown }).values, [{ layer: 0, value: 1, target: 1, name: 'spleen' }]);
    assert.equal((await server.request('/datastore/label/placed?label=a&tag=none')).status, 404);
  });

  it('keeps no placed label for a client that went just as it was made', async () => {
    await put(nifti);
    const client = new AbortController();
    let file: string | undefined;
    const place = server.app.placedLabel.bind(server.app);
    server.app.placedLabel = async (label, tag, signal) => {
      const placed = await place(label, tag);
      file = placed.file;
      const gone = once(signal!, 'abort');
      client.abort();
      await gone;
      return placed;
    };
    const url = '/datastore/label/placed?label=a&tag=final';
    await assert.rejects(server.request(url, { signal: client.signal }), { name: 'AbortError' });
    await until(() => file !== undefined && !existsSync(file));
  });
});
