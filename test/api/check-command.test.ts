import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { cp, readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { packageRoot } from '../../lib/package-root.js';
import { spleenModel, TestBench } from '../fixtures/running-app.js';

describe('monailabel check', () => {
  let bench: TestBench;
  beforeEach(async () => (bench = await TestBench.create()));
  afterEach(() => bench.remove());

  function check(...args: string[]) {
    const main = join(packageRoot, 'dist', 'lib', 'cli', 'main.js');
    const command = [main, 'check', '--app', join(bench.folder, 'app'), ...args];
    const { status, stdout, stderr } = spawnSync(process.execPath, command, { cwd: bench.folder, encoding: 'utf8' });
    return { status, stdout, stderr };
  }

  it('says that everything is right, and leaves nothing behind', async () => {
    const parts = ['main.ts', 'models', 'model/pretrained_segmentation_spleen.pt'];
    await rm(join(bench.folder, 'app'), { recursive: true });
    for (const part of parts) {
      await cp(join(packageRoot, 'apps/sample', part), join(bench.folder, 'app', part), { recursive: true });
    }
    const before = await readdir(bench.folder, { recursive: true });
    const { status, stdout, stderr } = check();
    assert.deepEqual([status, stderr], [0, '']);
    const [app, spleen, weights, grow, ...rest] = stdout.split('\n');
    assert.equal(app, `app       MONAILabel - Sample 0.1.0, ${join(bench.folder, 'app')}`);
    assert.match(spleen!, /^model {5}segmentation_spleen: A small model/);
    assert.match(weights!, /^weights {3}.*\/model\/pretrained_segmentation_spleen\.pt: \d{6} parameters$/);
    assert.match(grow!, /^model {5}grow_from_clicks: Grows/);
    assert.deepEqual(rest, ['everything is right', '']);
    assert.deepEqual(await readdir(bench.folder, { recursive: true }), before);
  });

  it('says what is wrong with every model and its weights', async () => {
    await bench.write('app/models/other.ts', spleenModel.replace("keys: 'image'", "keys: 'image', all: true"));
    await bench.write(
      'app/main.ts',
      `import other from './models/other.js';
       import spleen from './models/spleen.js';
       export default { name: 'T', description: '', version: '1', models: [{ ...other, name: 'other' }, spleen] };`,
    );
    await bench.write('app/model/spleen.pt', 'no weights');
    const { status, stdout } = check('--conf', 'colour', 'red');
    assert.equal(status, 1);
    assert.match(stdout, /^conf {6}colour has no effect on this app$/m);
    const faults = stdout.match(/^to fix: {3}.*$/gm) ?? [];
    assert.equal(faults.length, 2);
    assert.match(faults[0], /model other: preTransforms\[0\]: LoadImaged: .*all/);
    assert.match(faults[1]!, /model spleen: .*app\/model\/spleen\.pt: the weight file/);
    assert.doesNotMatch(stdout, /everything is right/);
  });

  it('says that weights are of another network', async () => {
    const weights = join(packageRoot, 'apps/sample/model/pretrained_segmentation_spleen.pt');
    await cp(weights, join(bench.folder, 'app/model/spleen.pt'));
    const { status, stdout } = check();
    assert.equal(status, 1);
    assert.match(stdout, /^to fix: {3}model spleen: .*app\/model\/spleen\.pt: the weights do not fit the network/m);
  });

  it('checks the models that are named only', async () => {
    await bench.write(
      'app/main.ts',
      `import spleen from './models/spleen.js';
       const bad = { ...spleen, name: 'bad', build: () => undefined };
       export default { name: 'T', description: '', version: '1', models: [spleen, bad] };`,
    );
    assert.equal(check().status, 1);
    assert.equal(check('--conf', 'models', 'spleen').status, 0);
  });

  it('says where a file cannot be read, in one line', async () => {
    const main = join(bench.folder, 'app/main.ts');
    await writeFile(main, "\nconst a = 'b");
    const { status, stderr } = check();
    assert.equal(status, 1);
    assert.match(
      stderr,
      /^monailabel: The app .* cannot be loaded: .*\/app\/main\.ts:2: Unterminated string literal\n$/,
    );
  });
});
