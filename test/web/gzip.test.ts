import assert from 'node:assert/strict';
import { gunzipSync, gzipSync } from 'node:zlib';
import { gunzip, gzip } from '../../web/src/labelmap/gzip.js';

const bytes = Uint8Array.from({ length: 300_000 }, (_, index) => (index * index) % 251);

describe('gzip', () => {
  it('writes what others read, and reads what others write', async () => {
    assert.deepEqual(new Uint8Array(gunzipSync(await gzip(bytes))), bytes);
    assert.deepEqual(await gunzip(gzipSync(bytes)), bytes);
  });

  it('takes a part of a buffer', async () => {
    assert.deepEqual(await gunzip(await gzip(bytes.subarray(7, 77))), bytes.slice(7, 77));
  });

  it('leaves what is not gzip', async () => {
    assert.deepEqual(await gunzip(bytes), bytes);
    assert.deepEqual(await gunzip(new Uint8Array()), new Uint8Array());
  });

  it('refuses what is damaged or breaks off', async () => {
    const whole = gzipSync(bytes);
    await assert.rejects(gunzip(whole.subarray(0, whole.length / 2)));
    const damaged = new Uint8Array(whole);
    damaged[damaged.length - 6]! ^= 1;
    await assert.rejects(gunzip(damaged));
  });
});
