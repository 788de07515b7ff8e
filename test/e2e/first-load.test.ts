import assert from 'node:assert/strict';
import { writeOrientedVolumes } from './oriented-volumes.js';
import { Stage } from './stage.js';

const budget = 500_000;

/** What the browser itself measured: bytes as they were sent, and inflated. */
interface Script {
  readonly name: string;
  readonly encodedBodySize: number;
  readonly decodedBodySize: number;
}

describe('what the page loads', () => {
  const stage = Stage.here(writeOrientedVolumes);

  it('its JavaScript, viewer included, is below 500 kB as it is sent', async () => {
    const page = await stage.visit();
    await page.openCase('ras');
    const scripts = await page.page.evaluate<Script[]>(`
      performance.getEntriesByType('resource')
        .filter(({ name }) => name.endsWith('.js'))
        .map(({ name, encodedBodySize, decodedBodySize }) => ({ name, encodedBodySize, decodedBodySize }))
    `);
    assert.ok(scripts.length >= 2);
    for (const { name, encodedBodySize, decodedBodySize } of scripts) {
      assert.ok(encodedBodySize > 0 && encodedBodySize < decodedBodySize, `${name} is not compressed`);
    }
    const sum = scripts.reduce((all, { encodedBodySize }) => all + encodedBodySize, 0);
    assert.ok(sum < budget, `${sum} bytes`);
  });

  it('its policy lets nothing in but its own files, and scripts stay in the cache', async () => {
    const reply = await fetch(`${stage.server.url}/`);
    const policy = new Map(
      reply.headers
        .get('content-security-policy')!
        .split(';')
        .map((each) => each.trim().split(/\s+/))
        .map(([name, ...values]) => [name, values.join(' ')]),
    );
    assert.equal(policy.get('default-src'), "'none'");
    for (const name of ['script-src', 'style-src', 'connect-src']) assert.equal(policy.get(name), "'self'", name);
    for (const name of ['base-uri', 'form-action', 'frame-ancestors']) assert.equal(policy.get(name), "'none'", name);
    assert.doesNotMatch([...policy.values()].join(' '), /unsafe|https?:|\*/);
    assert.equal(reply.headers.get('x-content-type-options'), 'nosniff');
    const script = /src="(?:\.\/)?([^"]+\.js)"/.exec(await reply.text())![1]!;
    const { headers } = await fetch(`${stage.server.url}/${script}`);
    assert.match(headers.get('cache-control')!, /immutable/);
  });
});
