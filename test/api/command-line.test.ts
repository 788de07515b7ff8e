import assert from 'node:assert/strict';
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readFile, readdir, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { packageRoot } from '../../lib/package-root.js';
import { listeningAt } from '../fixtures/server-process.js';

const main = path.join(packageRoot, 'dist', 'lib', 'cli', 'main.js');

interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

function start(args: readonly string[], cwd: string, environment: Readonly<Record<string, string>> = {}): ChildProcess {
  return spawn(process.execPath, [main, ...args], { cwd, env: { ...process.env, ...environment } });
}

async function run(...started: Parameters<typeof start>): Promise<Ended> {
  const child = start(...started);
  const texts = { stdout: '', stderr: '' };
  for (const stream of ['stdout', 'stderr'] as const) {
    child[stream]!.on('data', (chunk: Buffer) => (texts[stream] += chunk.toString()));
  }
  const [code] = (await once(child, 'close')) as [number | null];
  return { code, ...texts };
}

describe('the command line', () => {
  let folder: string;
  before(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'cli-'));
  });
  after(() => rm(folder, { recursive: true }));

  it('lists apps and copies one, once', async () => {
    const list = await run(['apps', '--prefix', '/usr'], folder);
    assert.match(list.stdout, /^Available Apps are:\n-+\n(.*\n)* {2}radiology +: .*\/apps\/radiology\n/);
    const copy = ['apps', '--download', '--name', 'radiology', '--output', 'mine'];
    const copied = await run(copy, folder);
    assert.equal(copied.stdout, `radiology is copied at: ${path.join(folder, 'mine', 'radiology')}\n`);
    const names = await readdir(path.join(folder, 'mine', 'radiology'));
    assert.ok(names.includes('main.ts'));
    assert.ok(!names.includes('logs'));
    const again = await run(copy, folder);
    assert.deepEqual([again.code, again.stderr.includes('exists already')], [1, true]);
  });

  it('lists the ten data sets', async () => {
    const { stdout } = await run(['datasets', '--prefix', '/usr'], folder);
    assert.equal(stdout.match(/^ {2}Task\d\d_\w+ +: https:.*\.tar$/gm)?.length, 10);
  });

  it('tells with the doctor what works, and what to do where nothing does', async () => {
    const well = await run(['doctor'], folder);
    assert.match(well.stdout, /^Node .*\nlibtorch .*\n(device .*\n)+everything works\n$/);
    assert.equal(well.code, 0);
    const ill = await run(['doctor'], folder, { MONAILABEL_ADDON: path.join(folder, 'none.node') });
    assert.match(ill.stdout, /\nto fix: .*none\.node/);
    assert.equal(ill.code, 1);
  });

  const refusals: readonly [args: string[], environment: Record<string, string>, sentence: RegExp][] = [
    [[], {}, /^monailabel: --app is missing\n$/],
    [['--app', 'nowhere'], {}, /^monailabel: --app names .*nowhere, which is not a folder\n$/],
    [['--app', '.'], {}, /^monailabel: --studies is missing\n$/],
    [['--app', '.', '--studies', 'https://x/dicom-web'], {}, /^monailabel: --studies must be a folder/],
    [['--app', '.', '--studies', 'empty', '--conf', 'models'], {}, /"models" has no value/],
    [['--app', '.', '--studies', 'empty', '--port', '99999'], {}, /The port "99999" is not a port/],
    [['--app', '.', '--studies', 'empty', '--ssl_keyfile', 'x'], {}, /must be given together/],
    [['--app', '.', '--studies', 'empty'], { MONAI_LABEL_CORS_ORIGINS: 'x' }, /MONAI_LABEL_CORS_ORIGINS: it must be/],
    [['--app', '.', '--studies', 'empty'], {}, /^monailabel: There is no app in /m],
    [['-a', '.', '-s', 'empty', '-v', 'DEBUG'], {}, /^monailabel: There is no app in /m],
    [['--app', '.', '--studies', 'empty'], { MONAI_LABEL_AUTH_ENABLE: 'true' }, /AUTH_ENABLE=true .* no login yet/],
    [['--app', '.', '--studies', 'empty'], { MONAI_LABEL_DATASTORE: 'dsa' }, /DATASTORE=dsa .* only a folder/],
  ];
  for (const [args, environment, sentence] of refusals) {
    it(`start_server ${args.join(' ')} ${JSON.stringify(environment)}: says what is wrong`, async () => {
      const { code, stderr } = await run(['start_server', ...args], folder, environment);
      assert.match(stderr, sentence);
      assert.doesNotMatch(stderr, /^ +at /m);
      assert.equal(code, 1);
    });
  }

  it("takes MONAI Label's options and settings, and says which do nothing", async () => {
    const app = path.join(folder, 'options');
    await run(['apps', '--download', '--name', 'sample', '--output', app], folder);
    await writeFile(path.join(app, '.env'), 'MONAI_LABEL_TASKS_SCORING=false\nMONAI_LABEL_APP_DIR=sample\nOTHER=1\n');
    const args = ['start_server', '--studies', 'studies', '--workers', '2', '--access_log', '--log_level', 'info'];
    const conf = ['--conf', 'scribbles', 'true', '--conf', 'skip_trainers', 'true', '--dryrun'];
    const { code, stderr } = await run([...args, ...conf], app, { MONAI_LABEL_SESSIONS: 'true' });
    assert.equal(code, 0, stderr);
    const lines = stderr.match(/WARNING .*/g)?.map((line) => line.replace('WARNING ', ''));
    const none = 'has no effect on this server';
    assert.deepEqual(lines, [
      `--workers ${none}`,
      `--access_log ${none}`,
      `--log_level ${none}`,
      `MONAI_LABEL_SESSIONS ${none}`,
      `MONAI_LABEL_TASKS_SCORING ${none}`,
      '--conf scribbles has no effect on the app MONAILabel - Sample',
    ]);
  });

  /** Copies the radiology app into a folder of this name. */
  async function copyApp(name: string): Promise<string> {
    const output = path.join(folder, name);
    await run(['apps', '--download', '--name', 'radiology', '--output', output], folder);
    return path.join(output, 'radiology');
  }

  function serve(app: string): ChildProcess {
    const args = ['--app', app, '--studies', 'studies', '--port', '0'];
    const conf = ['--conf', 'models', 'segmentation_spleen', '--conf', 'use_pretrained_model', 'false'];
    return start(['start_server', ...args, ...conf], folder);
  }

  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    it(`serves an app until ${signal}`, async () => {
      const app = await copyApp(signal);
      const server = serve(app);
      const ended = once(server, 'close');
      const url = await listeningAt(server);
      const reply = await fetch(`${url}/info/`);
      assert.deepEqual(Object.keys(((await reply.json()) as { models: object }).models), ['segmentation_spleen']);
      server.kill(signal);
      assert.deepEqual(await ended, [0, null]);
      assert.match(await readFile(path.join(app, 'logs', 'app.log'), 'utf8'), /INFO Listening on http/);
      const ours = path.join(folder, 'studies', '.monailabel');
      assert.deepEqual((await readdir(ours)).sort(), ['id', 'incoming']);
      assert.deepEqual(await readdir(path.join(ours, 'incoming')), []);
    });
  }

  /** Each of them is logged. */
  async function assertAnswersFailures(url: string): Promise<void> {
    for (let count = 0; count < 3; count += 1) assert.equal((await fetch(`${url}/nope`)).status, 404);
  }

  it('serves on when nobody reads what it says any more', async () => {
    const app = await copyApp('unread');
    const server = serve(app);
    const ended = once(server, 'exit');
    const url = await listeningAt(server);
    server.stderr!.destroy();
    await assertAnswersFailures(url);
    server.kill('SIGTERM');
    assert.deepEqual(await ended, [0, null]);
    const log = await readFile(path.join(app, 'logs', 'app.log'), 'utf8');
    assert.equal(log.match(/INFO GET \(no route\) 404/g)?.length, 3);
  });

  it('serves on while the disk of its log is full', async () => {
    const app = await copyApp('full');
    const logFile = path.join(app, 'logs', 'app.log');
    await mkdir(path.dirname(logFile));
    await symlink('/dev/full', logFile);
    const server = serve(app);
    const ended = once(server, 'exit');
    const url = await listeningAt(server);
    await assertAnswersFailures(url);
    await rm(logFile);
    await assertAnswersFailures(url);
    server.kill('SIGTERM');
    assert.deepEqual(await ended, [0, null]);
    const log = await readFile(logFile, 'utf8');
    assert.match(log, /INFO Listening on http/);
    assert.equal(log.match(/INFO GET \(no route\) 404/g)?.length, 6);
  });
});
