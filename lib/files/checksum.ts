import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';
import { LRUCache } from 'lru-cache';

/** By path, size and times: clients ask for the same images again and again, which would be read whole each time. */
const known = new LRUCache<string, string>({ max: 1000 });

/** Hex digits. */
export async function checksumOfFile(path: string, algorithm: 'sha256' | 'md5' = 'sha256'): Promise<string> {
  const hash = createHash(algorithm);
  await pipeline(createReadStream(path), hash);
  return hash.digest('hex');
}

/** SHA-256 of a file that is seldom changed, computed again only when it has been. */
export async function knownChecksum(path: string): Promise<string> {
  const { size, mtimeMs, ctimeMs, ino } = await stat(path);
  const key = [path, size, mtimeMs, ctimeMs, ino].join('\0');
  const checksum = known.get(key) ?? (await checksumOfFile(path));
  known.set(key, checksum);
  return checksum;
}
