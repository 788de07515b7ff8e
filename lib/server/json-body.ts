import type { IncomingMessage } from 'node:http';
import { LabelError } from '../errors.js';
import { parseJson } from './validation.js';

const maxBytes = 16 * 2 ** 20;

/**
 * The JSON body of a request, whatever its Content-Type says: some clients send none. Empty or null: undefined.
 * Throws ValidationError for text that is not JSON, TOO_LARGE beyond 16 MiB. The connection is cut when it takes
 * longer than `patience` milliseconds.
 */
export async function readJson(request: IncomingMessage, patience: number): Promise<unknown> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  const timer = setTimeout(() => request.destroy(), patience);
  try {
    for await (const chunk of request.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
      bytes += chunk.length;
      if (bytes > maxBytes) throw new LabelError('TOO_LARGE', `The request body is larger than ${maxBytes} bytes`);
      chunks.push(chunk);
    }
  } finally {
    clearTimeout(timer);
  }
  const text = Buffer.concat(chunks).toString('utf8').trim();
  return text === '' ? undefined : (parseJson(text) ?? undefined);
}
