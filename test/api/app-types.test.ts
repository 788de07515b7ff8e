import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import ts from 'typescript';
import { packageRoot } from '../../lib/package-root.js';

describe('an app that was copied', () => {
  let folder: string, app: string;
  before(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'copied-'));
    app = path.join(folder, 'sample');
    const main = path.join(packageRoot, 'dist', 'lib', 'cli', 'main.js');
    const args = ['apps', '--download', '--name', 'sample', '--output', folder];
    await promisify(execFile)(process.execPath, [main, ...args]);
  });
  after(() => rm(folder, { recursive: true }));

  /** What an editor would underline. */
  function complaints(): string[] {
    const config = ts.readConfigFile(path.join(app, 'tsconfig.json'), (file) => ts.sys.readFile(file));
    const { fileNames, options } = ts.parseJsonConfigFileContent(config.config, ts.sys, app);
    const found = ts.getPreEmitDiagnostics(ts.createProgram(fileNames, options));
    return found.map(({ file, messageText }) => {
      return `${path.relative(app, file?.fileName ?? '')}: ${ts.flattenDiagnosticMessageText(messageText, ' ')}`;
    });
  }

  it('has types in an editor, wherever it lies', async () => {
    assert.deepEqual(complaints(), []);
    const model = path.join(app, 'models', 'segmentation_spleen.ts');
    await writeFile(model, (await readFile(model, 'utf8')).replace('pixdim: [3, 3, 3]', "pixdim: '3 mm'"));
    assert.match(
      complaints().join('\n'),
      /^models\/segmentation_spleen.ts: Type 'string' is not assignable to type 'Size'/,
    );
  });
});
