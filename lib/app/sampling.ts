/** Which image a person is given next. */

import type { Datastore } from '../datastore/datastore.js';
import { LabelError } from '../errors.js';
import { isVolumeExtension } from '../files/extensions.js';
import { withoutPaths } from './plain-paths.js';
import { readImageHeader } from '../image/image-header.js';
import type { Log } from '../log.js';
import type { Choice, Strategy, StrategyContext } from '../strategies/strategy.js';
import type { NextSample } from './answers.js';
import type { Params } from './app.js';
import { sentenceWithPlace } from './places.js';

interface Parts {
  /** The app's, without links. */
  readonly folder: string;
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
      const choice = await chooseWith(strategy, parts.folder, {
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

/** A strategy is code of an app: what it throws that is no answer to the client tells the log where it comes from. */
async function chooseWith(strategy: Strategy, folder: string, context: StrategyContext): Promise<Choice> {
  let choice: Partial<Choice> | undefined;
  try {
    choice = await strategy.choose(context);
  } catch (error) {
    if (error instanceof LabelError) throw error;
    const sentence = sentenceWithPlace(error, folder);
    throw new LabelError('INTERNAL', `The strategy ${context.name} failed: ${sentence}`, { cause: error });
  }
  const id = choice?.id;
  if (id !== undefined && context.candidates.includes(id)) return { ...choice, id };
  throw new LabelError('INTERNAL', `The strategy ${context.name} chose ${String(id)}, which is no candidate`);
}

async function canBeOpened(id: string, { datastore, log }: Parts): Promise<boolean> {
  const problem = await problemOf(id, datastore);
  if (problem === datastore.image(id).info['problem']) return problem === undefined;
  await datastore.updateImageInfo(id, { problem });
  if (problem !== undefined) log.warn(`Image ${id} is passed over: ${problem}`);
  return problem === undefined;
}

async function problemOf(id: string, datastore: Datastore): Promise<string | undefined> {
  let path = id;
  try {
    path = datastore.imagePath(id);
    if (isVolumeExtension(datastore.image(id).ext)) await readImageHeader(path);
    return undefined;
  } catch (error) {
    const plain = withoutPaths(error, { [path]: 'the file' });
    if (!(plain instanceof LabelError)) throw error;
    return plain.message;
  }
}
