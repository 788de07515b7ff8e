import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { LocalDatastore } from '../../lib/datastore/local/local-datastore.js';

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
      await store.close();
    });
  }
});
