import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { packageRoot } from '../../lib/package-root.js';
import * as inferers from '../../lib/pipeline/inferers.js';
import * as losses from '../../lib/pipeline/losses.js';
import * as networks from '../../lib/pipeline/networks.js';
import * as objectives from '../../lib/pipeline/objectives.js';
import * as optimizers from '../../lib/pipeline/optimizers.js';
import * as schedules from '../../lib/pipeline/schedules.js';

type Builder = (args: never) => { readonly name: string };

/** The first argument of each line of a list that the core is compiled from. */
function nativeNames(list: string): string[] {
  const text = readFileSync(join(packageRoot, 'native/core', list), 'utf8');
  return [...text.matchAll(/^[A-Z]+\((\w+)/gm)].map(([, name]) => name!);
}

describe('typed builders', () => {
  for (const [list, builders] of Object.entries({
    'inferers/list.inc': inferers,
    'networks/list.inc': networks,
    'training/losses.inc': losses,
    'training/objectives.inc': objectives,
    'training/optimizers.inc': optimizers,
    'training/schedules.inc': schedules,
  })) {
    it(`are those of the core's ${list}`, () => {
      const names = Object.entries<Builder>(builders).map(([name, builder]) => {
        assert.equal(builder({} as never).name, name);
        return name;
      });
      assert.deepEqual(names.sort(), nativeNames(list).sort());
    });
  }
});
