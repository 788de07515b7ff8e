import assert from 'node:assert/strict';
import os from 'node:os';
import { sendRaw, startTestServer } from './harness.js';

interface Case {
  readonly title: string;
  readonly origin?: string;
  readonly host?: string;
  readonly corsOrigins?: string[];
  readonly allowedHosts?: string[];
  readonly status: number;
}

describe('who may use a server on a loopback address', () => {
  const cases: Case[] = [
    { title: 'a program', status: 200 },
    { title: 'its own page', origin: 'http://127.0.0.1:8000', status: 200 },
    { title: 'a page of this computer', origin: 'http://localhost:3000', status: 200 },
    { title: 'a page of another site', origin: 'https://evil.example', status: 403 },
    { title: 'a page without an origin', origin: 'null', status: 403 },
    { title: 'a configured page', origin: 'https://ohif.example', corsOrigins: ['https://ohif.example'], status: 200 },
    { title: 'any page, when all are', origin: 'https://ohif.example', corsOrigins: ['*'], status: 200 },
    { title: 'a name that was rebound to it', host: 'evil.example', status: 403 },
    { title: 'a configured name', host: 'label.example', allowedHosts: ['label.example'], status: 200 },
    { title: 'IPv6', host: '[::1]:8000', status: 200 },
  ];
  for (const { title, origin, host = '127.0.0.1:8000', corsOrigins = [], allowedHosts = [], status } of cases) {
    it(`${title}: ${status}`, async () => {
      const server = await startTestServer({ corsOrigins, allowedHosts });
      try {
        const header = origin === undefined ? '' : `Origin: ${origin}\r\n`;
        const reply = await sendRaw(server.port, `GET /info HTTP/1.1\r\nHost: ${host}\r\n${header}\r\n`);
        assert.match(reply, new RegExp(`^HTTP/1.1 ${status} `));
        const allowed = /access-control-allow-origin: (.*)\r/i.exec(reply)?.[1];
        assert.equal(allowed, status === 200 ? origin : undefined);
      } finally {
        await server.close();
      }
    });
  }

  const ownAddress = Object.values(os.networkInterfaces())
    .flatMap((each) => each ?? [])
    .find(({ family, internal }) => family === 'IPv4' && !internal)?.address;
  const listed = ['Label.Example'];
  const elsewhere: readonly [title: string, host: string, origin: string, allowedHosts: string[], status: number][] = [
    ['a loopback name', 'localhost:8000', '', [], 200],
    ["the computer's name", `${os.hostname().toUpperCase()}:8000`, '', [], 200],
    ['its address', `${ownAddress ?? '127.0.0.1'}:8000`, '', [], 200],
    ['a listed name in other letters', 'label.EXAMPLE', '', listed, 200],
    ['its page behind a proxy that changes Host', 'localhost:8000', 'https://label.example', listed, 200],
    ['another name', 'evil.example', '', [], 403],
    ['another name that is its own origin', 'evil.example', 'http://evil.example', listed, 403],
    ['an address that is not its own', '203.0.113.7', '', [], 403],
  ];
  for (const [title, host, origin, allowedHosts, status] of elsewhere) {
    it(`on all addresses, ${title}: ${status}`, async () => {
      const server = await startTestServer({ host: '0.0.0.0', allowedHosts });
      try {
        const header = origin === '' ? '' : `Origin: ${origin}\r\n`;
        const reply = await sendRaw(server.port, `GET /info HTTP/1.1\r\nHost: ${host}\r\n${header}\r\n`);
        assert.match(reply, new RegExp(`^HTTP/1.1 ${status} `));
        assert.match(reply, /x-content-type-options: nosniff\r/i);
      } finally {
        await server.close();
      }
    });
  }

  it('answers a preflight', async () => {
    const server = await startTestServer({ corsOrigins: ['https://ohif.example'] });
    try {
      const headers = {
        origin: 'https://ohif.example',
        'access-control-request-method': 'PUT',
        'access-control-request-headers': 'authorization',
      };
      const reply = await server.request('/datastore/label?image=a', { method: 'OPTIONS', headers });
      assert.equal(reply.ok, true);
      assert.equal(reply.headers.get('access-control-allow-origin'), 'https://ohif.example');
      assert.equal(reply.headers.get('access-control-allow-credentials'), 'true');
      assert.equal(reply.headers.get('access-control-allow-headers'), 'authorization');
      assert.match(reply.headers.get('access-control-allow-methods') ?? '', /PUT/);
      assert.equal(reply.headers.get('access-control-max-age'), '600');
    } finally {
      await server.close();
    }
  });
});
