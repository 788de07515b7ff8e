import assert from 'node:assert/strict';
import { gunzipSync, gzipSync } from 'node:zlib';
import { gunzip, gzip, inflateMembers } from '../../web/src/labelmap/gzip.js';

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

  for (const [name, inflate] of [
    ['gunzip', gunzip],
    ['inflateMembers', inflateMembers],
  ] as const) {
    it(`${name} refuses what is damaged or breaks off`, async () => {
      const whole = gzipSync(bytes);
      await assert.rejects(inflate(whole.subarray(0, whole.length / 2)));
      await assert.rejects(inflate(whole.subarray(0, whole.length - 1)));
      const damaged = new Uint8Array(whole);
      damaged[damaged.length - 6]! ^= 1;
      await assert.rejects(inflate(damaged));
    });
  }

  // Node's own DecompressionStream takes several members, browsers' do not: test/e2e/views-files.test.ts asks them.
  describe('inflateMembers', () => {
    const parts = [bytes.subarray(0, 7), bytes.subarray(7, 200_000), new Uint8Array(), bytes.subarray(200_000)];
    const members = Buffer.concat(parts.map((part) => gzipSync(part)));

    it('takes one member as it takes several', async () => {
      assert.deepEqual(await inflateMembers(gzipSync(bytes)), bytes);
      assert.deepEqual(await inflateMembers(members), bytes);
    });

    it('takes a thousand small ones, as bgzip writes them', async () => {
      const small = Array.from({ length: 1000 }, (_, index) =>
        gzipSync(bytes.subarray(index * 300, (index + 1) * 300)),
      );
      assert.deepEqual(await inflateMembers(Buffer.concat(small)), bytes);
    });

    it('passes over zeros at the end, which tapes and disks leave there', async () => {
      assert.deepEqual(await inflateMembers(Buffer.concat([members, Buffer.alloc(1000)])), bytes);
    });

    it('refuses a later member that is damaged or breaks off', async () => {
      await assert.rejects(inflateMembers(members.subarray(0, -1)));
      const damaged = new Uint8Array(members);
      damaged[damaged.length - 6]! ^= 1;
      await assert.rejects(inflateMembers(damaged));
    });
  });
});
