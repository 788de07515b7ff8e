/**
 * A number that tells what a file holds from what another holds, in hexadecimal: 64 bits, mixed as in MurmurHash3. It is no
 * proof against people who make files on purpose; those that are proof are missing where a page came over plain http.
 */
export function fingerprint(bytes: Uint8Array<ArrayBuffer>): string {
  const words = new Uint32Array(bytes.buffer, bytes.byteOffset, bytes.length >>> 2);
  let [a, b] = [0x9e3779b9 ^ bytes.length, 0x85ebca6b];
  for (let index = 0; index < words.length; index++) {
    a = Math.imul(a ^ words[index]!, 0xcc9e2d51);
    b = Math.imul(b ^ (a >>> 15) ^ words[index]!, 0x1b873593);
  }
  for (const byte of bytes.subarray(words.length * 4)) {
    a = Math.imul(a ^ byte, 0xcc9e2d51);
    b = Math.imul(b ^ (a >>> 15) ^ byte, 0x1b873593);
  }
  return [a ^ (b >>> 16), b ^ (a >>> 13)].map((part) => (part >>> 0).toString(16).padStart(8, '0')).join('');
}
