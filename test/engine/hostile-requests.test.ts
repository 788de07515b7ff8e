import assert from 'node:assert/strict';
import { copyFile, cp, readdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { packageRoot } from '../../lib/package-root.js';
import { until } from '../api/harness.js';
import { send } from '../fixtures/hostile/client.js';
import { hostileRequests } from '../fixtures/hostile/requests.js';
import { victims } from '../fixtures/hostile/values.js';
import { organsApp } from '../fixtures/organs-app.js';
import { labelFolder } from '../fixtures/organs.js';
import { ServerProcess } from '../fixtures/server-process.js';

/** `npm run hostile` asks for more, and for others each time. */
const asked = process.env['HOSTILE_REQUESTS'];
const count = Number(asked ?? 1000);
const seed = Number(process.env['HOSTILE_SEED'] ?? (asked === undefined ? 1 : Date.now() % 2 ** 31));
const connections = 4;
/** Images that no hostile request names. */
const kept = ['kept_1', 'kept_2', 'kept_3'];
/** What caches, pools and a heap between two collections may take. */
const bytesOfSlack = 256 * 2 ** 20;

const main = `
import { defineApp } from 'monailabel';
import organs from './organs.js';
import grow from './grow_from_clicks.js';
const models = [...organs.models, grow];
export default defineApp({ ...organs, models, defaultModels: models.map(({ name }) => name) });
`;

async function fillApp(folder: string): Promise<void> {
  await writeFile(path.join(folder, 'main.ts'), main);
  await writeFile(path.join(folder, 'organs.js'), organsApp);
  const grow = path.join(packageRoot, 'apps', 'sample', 'models', 'grow_from_clicks.ts');
  await cp(grow, path.join(folder, 'grow_from_clicks.ts'));
}

async function fillStudies(studies: string): Promise<void> {
  for (const id of [...kept, ...victims]) {
    await copyFile(path.join(labelFolder, 'image.nii.gz'), path.join(studies, `${id}.nii.gz`));
  }
}

describe('a server that is sent hostile requests', () => {
  let server: ServerProcess;
  let port: number;
  let label: Buffer;

  before(async () => {
    server = await ServerProcess.start(fillStudies, fillApp);
    port = Number(new URL(server.url).port);
    label = await readFile(path.join(labelFolder, 'slicer_flat.seg.nrrd'));
    for (const id of kept) {
      const form = new FormData();
      form.set('label', new Blob([label]), 'label.seg.nrrd');
      const reply = await fetch(`${server.url}/datastore/label?image=${id}`, { method: 'PUT', body: form });
      assert.equal(reply.status, 200, await reply.text());
    }
    // One that does not end by itself.
    const body = JSON.stringify({ max_epochs: 1e6, pretrained: false, device: 'cpu' });
    const reply = await fetch(`${server.url}/train/organs`, { method: 'POST', body });
    assert.equal(reply.status, 200, await reply.text());
    await until(async () => (await epochsTrained()) > 0);
    for (let warm = 0; warm < 20; warm += 1) await inferWell();
  });
  after(() => server.stop());

  async function epochsTrained(): Promise<number> {
    const info = (await (await fetch(`${server.url}/info`)).json()) as {
      train_stats: { organs: { epoch?: number } };
    };
    return info.train_stats.organs.epoch ?? 0;
  }

  async function inferWell(): Promise<void> {
    const reply = await fetch(`${server.url}/infer/organs?image=${kept[0]}&output=image`, { method: 'POST' });
    const body = await reply.arrayBuffer();
    assert.equal(reply.status, 200, Buffer.from(body).toString());
    assert.ok(body.byteLength > 100);
  }

  async function residentBytes(): Promise<number> {
    const status = await readFile(`/proc/${server.pid}/status`, 'utf8');
    return Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)![1]) * 1024;
  }

  async function openFiles(): Promise<number> {
    return (await readdir(`/proc/${server.pid}/fd`)).length;
  }

  async function temporaryFiles(): Promise<string[]> {
    const incoming = path.join(server.studies, '.monailabel', 'incoming');
    return (await readdir(incoming, { recursive: true, withFileTypes: true }))
      .filter((entry) => entry.isFile())
      .map(({ name }) => name);
  }

  it(`answers, works on and keeps nothing (${count} of them, HOSTILE_SEED=${seed})`, async function () {
    this.timeout(count * 1000);
    const [memory, files] = [await residentBytes(), await openFiles()];
    const requests = hostileRequests(`127.0.0.1:${port}`, seed, count);
    const replies = new Map<number | 'none', number>();
    let next = 0;
    let isOver = false;
    async function sendSome(): Promise<void> {
      while (next < requests.length) {
        const request = requests[next++]!;
        const statuses = await send(port, request);
        for (const status of statuses.length > 0 ? statuses : (['none'] as const)) {
          replies.set(status, (replies.get(status) ?? 0) + 1);
        }
        const text = request.bytes.subarray(0, 2000).toString('latin1');
        assert.ok(!statuses.includes(500), `500 to request ${next - 1} of HOSTILE_SEED=${seed}: ${text}`);
      }
    }
    async function inferMeanwhile(): Promise<void> {
      while (!isOver) await inferWell();
    }
    const inferences = inferMeanwhile();
    inferences.catch(() => {});
    await Promise.all(Array.from({ length: connections }, sendSome)).finally(() => (isOver = true));
    await inferences;

    await inferWell();
    const epochs = await epochsTrained();
    await until(async () => (await epochsTrained()) > epochs);
    await until(async () => (await temporaryFiles()).length === 0);
    await until(async () => (await openFiles()) <= files + connections);
    assert.doesNotMatch(await readFile(server.logFile, 'utf8'), /failed with 500.*/);
    const grown = (await residentBytes()) - memory;
    const figures = [...replies].toSorted().map(([status, times]) => `${times} × ${status}`);
    const mebibytes = (bytes: number): number => Math.round(bytes / 2 ** 20);
    if (asked !== undefined)
      console.log(`      ${figures.join(', ')}; ${mebibytes(memory)} MiB before, ${mebibytes(grown)} MiB more after`);
    assert.ok(grown < bytesOfSlack, `${mebibytes(grown)} MiB more`);
  });

  it('finds everything as it was when it is started again', async () => {
    await server.kill();
    await server.startAgain();
    for (const id of kept) {
      const reply = await fetch(`${server.url}/datastore/label?label=${id}&tag=final`);
      assert.equal(reply.status, 200);
      assert.deepEqual(Buffer.from(await reply.arrayBuffer()), label);
    }
    const names = await readdir(server.studies);
    assert.deepEqual(
      names.filter((name) => name.includes('.broken')),
      [],
    );
  });
});
