/** Which image a person is given next. */

import type { Datastore } from '../datastore/datastore.js';
import { LabelError } from '../errors.js';
import { isVolumeExtension } from '../files/extensions.js';
import { withoutPaths } from './plain-paths.js';
import { readImageHeader } from '../image/image-header.js';
import type { Log } from '../log.js';
import type { Strategy } from '../strategies/strategy.js';
import type { NextSample } from './answers.js';
import type { Params } from './app.js';

interface Parts {
  readonly strategies: ReadonlyMap<string, Strategy>;
  readonly datastore: Datastore;
  readonly log: Log;
}

/** Throws NOT_FOUND for an unknown strategy. An image whose header cannot be read is passed over, and the reason kept. */
export async function nextSample(parts: Parts, name: string, params: Params): Promise<NextSample> {
  const { strategies, datastore } = parts;
  const strategy = strategies.get(name);
  if (strategy === undefined) {
    const choices = [...strategies.keys()].join(', ');
    throw new LabelError('NOT_FOUND', `There is no strategy ${JSON.stringify(name)}: choose from ${choices}`);
  }
  const clientId = typeof params['client_id'] === 'string' ? params['client_id'] : 'admin';
  const sample = await datastore.reserve(name, clientId, async (candidates) => {
    const left = new Set(candidates);
    while (left.size > 0) {
      const now = Math.floor(Date.now() / 1000);
      const choice = await strategy.choose({
        name,
        candidates: [...left],
        datastore,
        params,
        now,
        random: Math.random,
      });
      if (await canBeOpened(choice.id, parts)) {
        return { ...choice, path: datastore.imagePath(choice.id), ...datastore.image(choice.id).info };
      }
      left.delete(choice.id);
    }
    return undefined;
  });
  return sample ?? {};
}

async function canBeOpened(id: string, { datastore, log }: Parts): Promise<boolean> {
  const { ext, info } = datastore.image(id);
  if (!isVolumeExtension(ext)) return true;
  const problem = await problemOf(datastore.imagePath(id));
  if (problem === info['problem']) return problem === undefined;
  await datastore.updateImageInfo(id, { problem });
  if (problem !== undefined) log.warn(`Image ${id} is passed over: ${problem}`);
  return problem === undefined;
}

async function problemOf(path: string): Promise<string | undefined> {
  try {
    await readImageHeader(path);
    return undefined;
  } catch (error) {
    const plain = withoutPaths(error, { [path]: 'the file' });
    if (!(plain instanceof LabelError)) throw error;
    return plain.message;
  }
}
