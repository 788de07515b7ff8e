import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdir, mkdtemp, readFile, readdir, rm, symlink, writeFile } from 'node:fs/promises';
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

  /** What went to stderr meanwhile. */
  function saidDuring(action: () => void): string[] {
    const said: string[] = [];
    const write = process.stderr.write.bind(process.stderr);
    process.stderr.write = (text: string | Uint8Array) => said.push(String(text)) > 0;
    try {
      action();
    } finally {
      process.stderr.write = write;
    }
    return said;
  }
  const messages = async (): Promise<string[]> =>
    (await readFile(file, 'utf8')).split('\n').map((line) => line.replace(/^\[.*?\] /, ''));
  const complaints = (said: readonly string[]): string[] => said.filter((line) => line.includes('cannot be written'));

  it('goes on without its file while the disk is full, says so once, and catches up when there is room', async () => {
    await mkdir(path.dirname(file));
    await symlink('/dev/full', file);
    const log = openLog(file, 'INFO');
    const said = saidDuring(() => ['one', 'two', 'three'].forEach((message) => log.info(message)));
    assert.equal(said.length, 4);
    assert.match(complaints(said).join(''), /^\S+ ERROR \S+app\.log cannot be written: Error: ENOSPC: .*\n$/);
    await rm(file);
    assert.deepEqual(complaints(saidDuring(() => log.info('four'))), []);
    assert.deepEqual(await messages(), ['INFO one', 'INFO two', 'INFO three', 'INFO four', '']);

    await rm(file);
    await symlink('/dev/full', file);
    assert.equal(complaints(saidDuring(() => log.info('full again'))).length, 1);
  });

  it('keeps a thousand lines while the disk is full, and says how many are missing', async () => {
    await mkdir(path.dirname(file));
    await symlink('/dev/full', file);
    const log = openLog(file, 'INFO');
    saidDuring(() => {
      for (let count = 1; count <= 1200; count += 1) log.info(`line ${count}`);
    });
    await rm(file);
    saidDuring(() => ['room', 'more'].forEach((message) => log.info(message)));
    const written = await messages();
    const missing = '(200 lines are missing here: the file could not be written)';
    assert.deepEqual(written.slice(998), ['INFO line 999', 'INFO line 1000', missing, 'INFO room', 'INFO more', '']);
  });

  it('continues a line of which the disk took a part', async function () {
    await mkdir(path.dirname(file));
    try {
      execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=64k', 'tmpfs', path.dirname(file)], { stdio: 'ignore' });
    } catch {
      return this.skip(); // only the superuser may
    }
    try {
      const ballast = path.join(path.dirname(file), 'ballast');
      await writeFile(ballast, Buffer.alloc(48 * 1024));
      const log = openLog(file, 'INFO');
      const long = (letter: string): string => letter.repeat(10_000);
      const said = saidDuring(() => ['a', 'b', 'c'].forEach((letter) => log.info(long(letter))));
      assert.equal(complaints(said).length, 1);
      await rm(ballast);
      saidDuring(() => log.info('room'));
      assert.deepEqual(await messages(), [...['a', 'b', 'c'].map((letter) => `INFO ${long(letter)}`), 'INFO room', '']);
    } finally {
      execFileSync('umount', [path.dirname(file)]);
    }
  });

  it('goes on in the large file while that cannot be moved away, and leaves the older ones alone', async () => {
    await mkdir(`${file}.0`, { recursive: true });
    await writeFile(path.join(`${file}.0`, 'no file'), '');
    await writeFile(`${file}.1`, 'age 1');
    await writeFile(file, `${'x'.repeat(10 * 2 ** 20)}\n`);
    const log = openLog(file, 'INFO');
    assert.equal(complaints(saidDuring(() => ['one', 'two'].forEach((message) => log.info(message)))).length, 1);
    assert.deepEqual((await messages()).slice(1), ['INFO one', 'INFO two', '']);
    assert.equal(await readFile(`${file}.1`, 'utf8'), 'age 1');
  });
});
