/**
 * Tells what a file holds from what another holds: 64 bits, mixed as in MurmurHash3, in hexadecimal. It is no proof against
 * people who make files on purpose; the hashes that are proof are missing where a page came over plain http.
 */
export function fingerprint(bytes: Uint8Array<ArrayBuffer>): string {
  const words = new Uint32Array(bytes.buffer, bytes.byteOffset, bytes.length >>> 2);
  const rest = Uint32Array.from(bytes.subarray(words.length * 4));
  let [a, b] = [0x9e3779b9 ^ bytes.length, 0x85ebca6b | 0];
  for (const part of [words, rest]) {
    for (let index = 0; index < part.length; index++) {
      const word = part[index]! | 0;
      a = Math.imul(((a << 13) | (a >>> 19)) ^ word, 0xcc9e2d51);
      b = Math.imul(((b << 13) | (b >>> 19)) ^ word ^ (a >>> 15), 0x1b873593);
    }
  }
  return [a ^ (b >>> 16), b ^ (a >>> 13)].map((part) => (part >>> 0).toString(16).padStart(8, '0')).join('');
}
