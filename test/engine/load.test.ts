import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { loadAddon } from '../../lib/engine/load.js';
import { LabelError } from '../../lib/errors.js';

describe('loading the addon', () => {
  let folder: string;
  let before: string | undefined;
  beforeEach(async () => {
    folder = await mkdtemp(path.join(os.tmpdir(), 'addon-'));
    before = process.env['MONAILABEL_ADDON'];
  });
  afterEach(async () => {
    if (before === undefined) delete process.env['MONAILABEL_ADDON'];
    else process.env['MONAILABEL_ADDON'] = before;
    await rm(folder, { recursive: true });
  });

  function failure(file: string): LabelError {
    process.env['MONAILABEL_ADDON'] = file;
    try {
      loadAddon();
    } catch (error) {
      if (error instanceof LabelError) return error;
      throw error;
    }
    return assert.fail('it loaded');
  }

  it('says what to do when it is missing', () => {
    const file = path.join(folder, 'missing.node');
    assert.equal(failure(file).message, `the native part is not built (looked for ${file}); run \`monailabel setup\``);
  });

  it('says what to do when it is broken', async () => {
    const file = path.join(folder, 'broken.node');
    await writeFile(file, 'not a library');
    const { message } = failure(file);
    assert.ok(message.startsWith(`the native part ${file} does not load (`), message);
    assert.ok(message.endsWith('run `monailabel setup`'), message);
  });
});
