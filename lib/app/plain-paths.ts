import { LabelError } from '../errors.js';

/** The same failure without the paths of the server, which mean nothing to a client: `names` has what stands for each. */
export function withoutPaths(error: unknown, names: Readonly<Record<string, string>>): unknown {
  if (!(error instanceof LabelError)) return error;
  let message = error.message;
  for (const [path, name] of Object.entries(names)) {
    const rest = message.startsWith(`${path}: `) ? message.slice(path.length + 2) : '';
    // The core's sentences about a file have it as their subject, or go on without it.
    if (/^(is|has|does) /.test(rest)) message = `${name} ${rest}`;
    message = message.replaceAll(path, name);
  }
  const sentence = message.charAt(0).toUpperCase() + message.slice(1);
  return new LabelError(error.code, sentence, { status: error.status, cause: error });
}
