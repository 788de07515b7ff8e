/** Options and settings of MONAI Label that people have in their start scripts, and that are not this server's. */

import { Option } from 'commander';
import { LabelError } from '../errors.js';
import { settingNames } from './settings.js';

/** Taken, and without effect: what they set up does not exist here, or is what happens anyway. */
export const foreignOptions = [
  new Option('--uvicorn_app <name>'),
  new Option('--ssl_ca_certs <file>'),
  new Option('--workers <number>'),
  new Option('--limit_concurrency <number>'),
  new Option('--access_log'),
  new Option('--root_path <path>'),
  new Option('--log_level <level>'),
  new Option('-l, --log_config <file>'),
].map((option) => option.hideHelp());

/** Where MONAI Label looks for what it has installed. */
export const prefixOption = new Option('--prefix <folder>').hideHelp();

/** Settings after which an owner believes that something is closed or kept safe, which here it would not be. */
const refused: Readonly<Record<string, (value: string) => string | undefined>> = {
  MONAI_LABEL_AUTH_ENABLE: (value) =>
    isOff(value)
      ? undefined
      : 'there is no login yet: keep the server on 127.0.0.1, or behind a proxy that asks for one',
  MONAI_LABEL_DATASTORE: () => 'only a folder can be served: give it with --studies',
  MONAI_LABEL_DATASTORE_READ_ONLY: (value) =>
    isOff(value) ? undefined : 'labels and the catalogue are always written: with --labels the studies are only read',
};

type Environment = Readonly<Record<string, string | undefined>>;

/** Throws UNSUPPORTED for a setting that would leave the server less safe than its owner believes. */
export function refuseUnsafe(environment: Environment): void {
  for (const [name, reasonFor] of Object.entries(refused)) {
    const value = environment[name] ?? '';
    const reason = value === '' ? undefined : reasonFor(value);
    if (reason !== undefined) throw new LabelError('UNSUPPORTED', `${name}=${value} cannot be had here: ${reason}`);
  }
}

/** One sentence for each option and setting that was given and does nothing. */
export function withoutEffect(options: Readonly<Record<string, unknown>>, environment: Environment): string[] {
  const given = foreignOptions
    .filter((option) => options[option.attributeName()] !== undefined)
    .map((option) => option.long!);
  const set = Object.keys(environment).filter((name) => {
    return /^MONAI_(LABEL|ZOO|SAM)_/.test(name) && !settingNames.includes(name) && environment[name] !== '';
  });
  return [...given, ...set.toSorted()].map((name) => `${name} has no effect on this server`);
}

function isOff(value: string): boolean {
  return /^(false|0|no|off|f|n)$/i.test(value);
}
