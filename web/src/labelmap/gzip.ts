/** Compresses. */
export function gzip(bytes: Uint8Array): Promise<Uint8Array<ArrayBuffer>> {
  return through(new CompressionStream('gzip'), bytes);
}

/** Inflates. What is not gzip comes back as it is. Rejects where the bytes are damaged or break off. */
export async function gunzip(bytes: Uint8Array): Promise<Uint8Array<ArrayBuffer>> {
  const isGzip = bytes[0] === 0x1f && bytes[1] === 0x8b;
  if (!isGzip) return new Uint8Array(bytes);
  try {
    return await through(new DecompressionStream('gzip'), bytes);
  } catch {
    // Browsers take one member and nothing behind it, but are faster, and a script holds the page up meanwhile.
    return inflateMembers(bytes);
  }
}

/** Takes several members in a row, as bgzip and `cat` write them, and zeros behind them. */
export async function inflateMembers(bytes: Uint8Array): Promise<Uint8Array<ArrayBuffer>> {
  const { inflate } = await import('pako');
  return inflate(bytes, { chunkSize: 2 ** 20 });
}

async function through(
  stream: CompressionStream | DecompressionStream,
  bytes: Uint8Array,
): Promise<Uint8Array<ArrayBuffer>> {
  // Voxels are never in memory that is shared between threads, which a Blob does not take.
  const source = new Blob([bytes as Uint8Array<ArrayBuffer>]).stream();
  return new Uint8Array(await new Response(source.pipeThrough(stream)).arrayBuffer());
}
