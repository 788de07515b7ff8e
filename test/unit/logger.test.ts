import assert from 'node:assert/strict';
import { mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { openLog } from '../../lib/cli/logger.js';

describe('the log', () => {
  let folder: string;
  let file: string;
  beforeEach(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'log-'));
    file = path.join(folder, 'logs', 'app.log');
  });
  afterEach(() => rm(folder, { recursive: true }));

  it('has a line for each message of its level and above', async () => {
    const log = openLog(file, 'WARNING');
    log.info('not this');
    log.warn('this');
    log.error('and this\nwith its stack');
    const line = /^\[\d{4}-\d\d-\d\dT[\d:.]+Z\] (.*)$/gm;
    const messages = [...(await readFile(file, 'utf8')).matchAll(line)].map(([, message]) => message);
    assert.deepEqual(messages, ['WARNING this', 'ERROR and this']);
  });

  it('starts anew when the file is large, and keeps ten older ones', async () => {
    openLog(file, 'INFO').info('made the folder');
    for (let age = 1; age <= 10; age += 1) await writeFile(`${file}.${age}`, `age ${age}`);
    await writeFile(file, 'x'.repeat(10 * 2 ** 20 + 1));
    openLog(file, 'INFO').info('new');
    assert.match(await readFile(file, 'utf8'), /^\S+ INFO new\n$/);
    assert.equal((await readdir(path.dirname(file))).length, 11);
    assert.equal((await readFile(`${file}.1`, 'utf8')).length, 10 * 2 ** 20 + 1);
    assert.equal(await readFile(`${file}.10`, 'utf8'), 'age 9');
  });
});
