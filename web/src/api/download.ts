import { failure, request } from './request.js';

export interface Progress {
  /** Bytes so far. */
  readonly done: number;
  /** Undefined where the server did not say. */
  readonly total: number | undefined;
}

/**
 * Fetches a file and inflates it, while it arrives, if it is gzip. Returns the inflated bytes and the file name that the
 * server gave it. Throws ApiError.
 */
export async function downloadInflated(
  url: string,
  onProgress: (progress: Progress) => void,
  signal: AbortSignal,
): Promise<{ bytes: Uint8Array<ArrayBuffer>; name: string }> {
  const response = await request(url, { signal });
  const total = Number(response.headers.get('Content-Length')) || undefined;
  try {
    const body = counted(response.body!, (done) => onProgress({ done, total }));
    const bytes = await collect(await inflatedIfGzip(body));
    return { bytes, name: fileName(response.headers.get('Content-Disposition') ?? '') };
  } catch (error) {
    if (error instanceof TypeError && !signal.aborted) {
      throw new Error('The file broke off on its way or is damaged. Try again.', { cause: error });
    }
    throw failure(error);
  }
}

type Bytes = ReadableStream<Uint8Array<ArrayBuffer>>;

function counted(stream: Bytes, count: (done: number) => void): Bytes {
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

async function inflatedIfGzip(stream: Bytes): Promise<Bytes> {
  const reader = stream.getReader();
  const first = await reader.read();
  const whole = new ReadableStream<Uint8Array<ArrayBuffer>>({
    start(controller) {
      if (first.done) controller.close();
      else controller.enqueue(first.value);
    },
    async pull(controller) {
      const { done, value } = await reader.read();
      if (done) controller.close();
      else controller.enqueue(value);
    },
    cancel: (reason) => reader.cancel(reason),
  });
  const isGzip = !first.done && first.value[0] === 0x1f && first.value[1] === 0x8b;
  return isGzip ? whole.pipeThrough<Uint8Array<ArrayBuffer>>(new DecompressionStream('gzip')) : whole;
}

async function collect(stream: Bytes): Promise<Uint8Array<ArrayBuffer>> {
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

/** From `attachment; filename="ct.nii.gz"` or the encoded form. */
function fileName(disposition: string): string {
  const encoded = /filename\*=utf-8''([^;]+)/i.exec(disposition)?.[1];
  if (encoded !== undefined) return decodeURIComponent(encoded);
  return /filename="([^"]*)"/i.exec(disposition)?.[1] ?? '';
}
