/** What `--conf key value` of the command line chooses (apps-and-tasks 1.4); keys it does not know are left to the app. */

import { LabelError } from '../errors.js';
import type { AppFile } from './app-file.js';
import type { Labels, ModelFile } from './model.js';

export interface Conf {
  readonly models: readonly ModelFile[];
  /** Replaces the labels of every model. */
  readonly labels: Labels | undefined;
  readonly usePretrainedModel: boolean;
  readonly pretrainedPath: string | undefined;
  readonly preload: boolean;
  readonly skipTrainers: boolean;
}

/** Throws INVALID_INPUT naming the key and what can be chosen. */
export function parseConf(file: AppFile, conf: Readonly<Record<string, string>>): Conf {
  return {
    models: chosenModels(file, conf['models']),
    labels: conf['labels'] === undefined ? undefined : parseLabels(conf['labels']),
    usePretrainedModel: parseFlag('use_pretrained_model', conf['use_pretrained_model'], true),
    pretrainedPath: conf['pretrained_path'] ?? file.pretrainedPath,
    preload: parseFlag('preload', conf['preload'], false),
    skipTrainers: parseFlag('skip_trainers', conf['skip_trainers'], false),
  };
}

/** The same settings, and which of them nobody has asked for so far. */
export function watched(conf: Readonly<Record<string, string>>) {
  const asked = new Set<PropertyKey>();
  const settings = new Proxy(conf, {
    get(target, key) {
      asked.add(key);
      return Reflect.get(target, key) as unknown;
    },
    ownKeys(target) {
      for (const key of Object.keys(target)) asked.add(key);
      return Reflect.ownKeys(target);
    },
  });
  return { settings, unused: () => Object.keys(conf).filter((key) => !asked.has(key)) };
}

function chosenModels(file: AppFile, text: string | undefined): ModelFile[] {
  const choices = file.models.map(({ name }) => name);
  const asked = text === undefined ? file.defaultModels : splitList(text);
  const hint = `choose with "--conf models <name>[,<name>]" from ${choices.join(', ')}, or all`;
  if (asked === undefined || asked.length === 0) {
    throw new LabelError('INVALID_INPUT', `The app ${file.name} does not know which models to serve: ${hint}`);
  }
  if (asked.includes('all')) return [...file.models];
  return asked.map((name) => {
    const model = file.models.find((each) => each.name === name);
    if (model === undefined) {
      throw new LabelError('INVALID_INPUT', `The app ${file.name} has no model ${JSON.stringify(name)}: ${hint}`);
    }
    return model;
  });
}

/** "spleen,liver" → { spleen: 1, liver: 2 }. */
function parseLabels(text: string): Labels {
  const names = splitList(text);
  if (names.length === 0 || new Set(names).size !== names.length) {
    throw new LabelError(
      'INVALID_INPUT',
      `--conf labels ${JSON.stringify(text)} must be different names, comma-separated`,
    );
  }
  return Object.fromEntries(names.map((name, position) => [name, position + 1]));
}

function parseFlag(key: string, text: string | undefined, fallback: boolean): boolean {
  if (text === undefined) return fallback;
  if (/^(true|1|yes|on|y|t)$/i.test(text)) return true;
  if (/^(false|0|no|off|n|f)$/i.test(text)) return false;
  throw new LabelError('INVALID_INPUT', `--conf ${key} ${JSON.stringify(text)} must be true or false`);
}

function splitList(text: string): string[] {
  return text
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '');
}
