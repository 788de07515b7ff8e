import { gunzip } from '../labelmap/gzip.js';
import { failure, request } from './request.js';

export interface Progress {
  /** Bytes so far. */
  readonly done: number;
  /** Undefined where the server did not say. */
  readonly total: number | undefined;
}

/**
 * Fetches a file and inflates it if it is gzip. Returns the inflated bytes, the file name that the server gave it
 * and its ETag. Throws ApiError, or an Error where the file itself is damaged.
 */
export async function downloadInflated(
  url: string,
  onProgress: (progress: Progress) => void,
  signal: AbortSignal,
): Promise<{ bytes: Uint8Array<ArrayBuffer>; name: string; etag: string | undefined }> {
  const response = await request(url, { signal });
  // A proxy may have made it a weak one.
  const etag = /"(.*)"/.exec(response.headers.get('ETag') ?? '')?.[1];
  const name = fileName(response.headers.get('Content-Disposition') ?? '');
  const file = await received(response, onProgress, signal);
  signal.throwIfAborted();
  return { bytes: await inflated(file), name, etag };
}

async function received(
  response: Response,
  onProgress: (progress: Progress) => void,
  signal: AbortSignal,
): Promise<Uint8Array> {
  const total = Number(response.headers.get('Content-Length')) || undefined;
  try {
    const body = counted(response.body!, (done) => onProgress({ done, total }));
    return new Uint8Array(await new Response(body).arrayBuffer());
  } catch (error) {
    if (error instanceof TypeError && !signal.aborted) {
      throw new Error('The file broke off on its way. Try again.', { cause: error });
    }
    throw failure(error);
  }
}

async function inflated(file: Uint8Array): Promise<Uint8Array<ArrayBuffer>> {
  try {
    return await gunzip(file);
  } catch (error) {
    throw new Error('The file is damaged or a part of it is missing.', { cause: error });
  }
}

function counted(
  stream: ReadableStream<Uint8Array<ArrayBuffer>>,
  count: (done: number) => void,
): ReadableStream<Uint8Array<ArrayBuffer>> {
  let done = 0;
  return stream.pipeThrough(
    new TransformStream<Uint8Array<ArrayBuffer>, Uint8Array<ArrayBuffer>>({
      transform(chunk, controller) {
        done += chunk.byteLength;
        count(done);
        controller.enqueue(chunk);
      },
    }),
  );
}

/** From `attachment; filename="ct.nii.gz"` or the encoded form. */
function fileName(disposition: string): string {
  const encoded = /filename\*=utf-8''([^;]+)/i.exec(disposition)?.[1];
  if (encoded !== undefined) return decodeURIComponent(encoded);
  return /filename="([^"]*)"/i.exec(disposition)?.[1] ?? '';
}
