import assert from 'node:assert/strict';
import { symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { importApp } from '../../lib/app/import-app.js';
import { readApp } from '../../lib/app/read-app.js';
import { spleenModel, TestBench } from '../fixtures/running-app.js';

describe("an error in an app's file", () => {
  let bench: TestBench;
  beforeEach(async () => (bench = await TestBench.create()));
  afterEach(() => bench.remove());

  const readBench = (conf: Record<string, string> = {}) => readApp(join(bench.folder, 'app'), conf, bench.engine);

  /** Types are taken out and lines move when TypeScript is run: places are those of the file as it was written. */
  const types = 'interface Size {\n  readonly width: number;\n}\n';
  const broken = `${types}export const widthOf = (size?: Size): number =>\n  size!.width;\n`;

  for (const [what, files, place, sentence] of [
    ['a mistake in TypeScript', { 'main.ts': `${types}const a = {\n  a: 1\n  b: 2 };` }, 'main.ts:6', /found "b"/],
    ['a mistake in another file', { 'models/spleen.ts': '\nexport default {' }, 'models/spleen.ts:2', /end of file/],
    [
      'a mistake in JavaScript',
      { 'main.ts': "import './models/old.js';", 'models/old.js': 'export default 1;\n\nlet a; let a;' },
      'models/old.js:3',
      /already been declared/,
    ],
    ['a throw at its top', { 'main.ts': `${types}\nthrow new Error('not today');` }, 'main.ts:5', /not today$/],
    ['a throw while it waits', { 'main.ts': "\nawait Promise.reject(new Error('later'));" }, 'main.ts:2', /later$/],
    [
      'a throw in a function of another file',
      { 'main.ts': "import { widthOf } from './size.js';\nwidthOf();", 'size.ts': broken },
      'size.ts:5',
      /Cannot read properties of undefined/,
    ],
    [
      'an import of a file that is not there',
      { 'main.ts': "\nimport './gone.js';" },
      'main.ts:2',
      /Cannot find module/,
    ],
    ['an import of no package', { 'main.ts': "\n\nimport 'no-such-package';" }, 'main.ts:3', /Cannot find package/],
    [
      'an import of a wrong name',
      { 'main.ts': "\nimport { UNett } from 'monailabel';\nUNett();" },
      'main.ts:2',
      /UNett/,
    ],
    [
      'a builder that is given nothing',
      { 'main.ts': "import { UNet } from 'monailabel';\n\nexport default UNet(null!).channels.length;" },
      'main.ts:3',
      /length/,
    ],
  ] as const) {
    it(`says where it is: ${what}`, async () => {
      for (const [name, text] of Object.entries(files)) await bench.write(`app/${name}`, text);
      await assert.rejects(importApp(join(bench.folder, 'app')), (error: Error & { code: string }) => {
        assert.equal(error.code, 'INVALID_INPUT');
        const start = `The app ${join(bench.folder, 'app')} cannot be loaded: ${join(bench.folder, 'app', place)}: `;
        assert.equal(error.message.slice(0, start.length), start);
        assert.match(error.message, sentence);
        return true;
      });
    });
  }

  it('says where it is in a folder with an odd name, and behind a link', async () => {
    const main = await bench.write('an öd%20d (1) name/main.js', "\nthrow new Error('not today');");
    const link = join(bench.folder, 'link');
    await symlink(join(main, '..'), link);
    for (const folder of [join(main, '..'), link]) {
      await assert.rejects(importApp(folder), {
        message: `The app ${join(main, '..')} cannot be loaded: ${main}:2: not today`,
      });
    }
  });

  it('says what was thrown when that is no error', async () => {
    await bench.write('app/main.ts', "throw 'a text';");
    await assert.rejects(importApp(join(bench.folder, 'app')), { message: /cannot be loaded: a text$/ });
  });

  it('says where it is in a build() and the functions that it calls, for every model', async () => {
    await bench.write('app/size.ts', broken);
    await bench.write(
      'app/main.ts',
      `import spleen from './models/spleen.js';
       import { widthOf } from './size.js';
       const names = ['a', 'b'];
       const models = names.map((name) => ({ ...spleen, name, build: () => widthOf() }));
       export default { name: 'T', description: '', version: '1', models: [...models, spleen] };`,
    );
    const { faults, models } = await readBench({ models: 'all' });
    const size = join(bench.folder, 'app/size.ts');
    assert.deepEqual(
      faults.map((fault) => fault.replace(/ \(reading.*/, '')),
      ['a', 'b'].map((name) => `model ${name}: ${size}:5: Cannot read properties of undefined`),
    );
    assert.deepEqual([...models.keys()], ['spleen']);
  });

  it('is told by the fields of a model that it builds wrongly', async () => {
    await bench.write('app/models/spleen.ts', spleenModel.replace("LoadImaged({ keys: 'image' })", 'undefined, 3'));
    assert.deepEqual((await readBench()).faults, [
      'model spleen: build() does not return a model: ' +
        'infer.preTransforms[0]: Invalid input: expected object, received undefined; ' +
        'infer.preTransforms[1]: Invalid input: expected object, received number',
    ]);
  });

  it('ends the start with the app and each of its models', async () => {
    bench.engine.operations.check = () => Promise.reject(new Error('loss: DiceLoss: batch must be true or false'));
    await bench.write(
      'app/main.ts',
      `import spleen from './models/spleen.js';
       const models = [spleen, { ...spleen, name: 'other' }];
       export default { name: 'T', description: '', version: '1', models, defaultModels: ['all'] };`,
    );
    const folder = join(bench.folder, 'app');
    const fault = 'loss: DiceLoss: batch must be true or false';
    await assert.rejects(bench.start(), {
      code: 'INVALID_INPUT',
      message: `The app T (${folder}) cannot be served:\n  model spleen: ${fault}\n  model other: ${fault}`,
    });
  });

  describe('in a strategy', () => {
    async function startWith(strategy: string): Promise<Promise<unknown>> {
      await bench.write(
        'app/main.ts',
        `import { LabelError } from 'monailabel';
         import spleen from './models/spleen.js';
         const mine = { description: 'Mine', ${strategy} };
         const strategies = { mine };
         export default { name: 'T', description: '', version: '1', models: [spleen], defaultModels: ['all'], strategies, LabelError };`,
      );
      await bench.write('studies/a.nii', 'an image');
      await bench.write('studies/b.txt.nii', 'another');
      return (await bench.start()).nextSample('mine', {});
    }

    it('says where it is', async () => {
      const message = `The strategy mine failed: ${join(bench.folder, 'app/main.ts')}:4: none of these`;
      await assert.rejects(startWith("choose: async () => {\nthrow new Error('none of these'); }"), {
        code: 'INTERNAL',
        message,
      });
    });

    it('is left as it is when it was meant for the client', async () => {
      await assert.rejects(startWith("choose: () => { throw new LabelError('NOT_FOUND', 'nothing today'); }"), {
        code: 'NOT_FOUND',
        message: 'nothing today',
      });
    });

    for (const [what, choice] of Object.entries({ nothing: '', 'no candidate': "({ id: 'c' })" })) {
      it(`is told when it chooses ${what}`, async () => {
        const id = choice === '' ? 'undefined' : 'c';
        await assert.rejects(startWith(`choose: () => ${choice || 'undefined'}`), {
          code: 'INTERNAL',
          message: `The strategy mine chose ${id}, which is no candidate`,
        });
      });
    }
  });
});
