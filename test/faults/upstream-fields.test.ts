/** Response fields: what belongs to the other connection goes, what CORS says is ours, the rest is theirs byte for byte. */

import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { barrier, expectRequest, expectText, fin, send } from '../support/raw-upstream.ts';
import { type HeaderLine, values } from '../support/strict-parser.ts';
import { expectAlive, expectOk, expectReadable, get, listOf } from './expectations.ts';
import { titleOf } from './fault-table.ts';
import { ask, stand, watchProcess } from './stand.ts';
import { answering, ok } from './wire.ts';

watchProcess();

describe('fields', () => {
  const given = async (lines: readonly string[], route = {}): Promise<readonly HeaderLine[]> => {
    const { client: connect } = await stand({
      script: answering(`${ok(...lines, 'Content-Length: 2')}ok`),
      route,
    });
    const client = await connect();
    const response = await get(client);
    expectOk(response);
    await expectAlive(client);
    return response.headers;
  };

  it(titleOf('UR-19'), async () => {
    const headers = await given(['Trailer: X-T']);
    expect(values(headers, 'trailer')).toEqual([]);
    expect(values(headers, 'content-length')).toEqual(['2']);
  });

  it(titleOf('UR-24'), async () => {
    const cors = { allowOrigin: 'http://app.test' };
    const { client: connect } = await stand({
      script: answering(
        `${ok('Set-Cookie: b=2', 'X-Between: 1', 'Set-Cookie: a=1', 'set-cookie: c=3', 'Content-Length: 2')}ok`,
      ),
      route: { cors, response: { cookies: 'keep' } },
    });
    const client = await connect();
    // A navigation of the proxy's own pages carries cookies whatever the rule for origins says.
    await client.write('GET /api/x HTTP/1.1\r\nHost: localhost\r\n\r\n');
    const { headers } = await client.response();
    expect(values(headers, 'set-cookie')).toEqual(['b=2', 'a=1', 'c=3']);
  });

  it.each(['UR-25', 'CO-09'])(
    '%s an upstream with CORS headers of its own: exactly one of each, ours; Vary merged',
    async () => {
      const headers = await given([
        'Access-Control-Allow-Origin: *',
        'access-control-allow-origin: http://other.test',
        'Access-Control-Allow-Credentials: true',
        'Access-Control-Expose-Headers: X-B',
        'Access-Control-Max-Age: 5',
        'Access-Control-Allow-Private-Network: true',
        'Vary: Accept-Encoding',
        'Vary: origin',
      ]);
      expect(headers.filter(([name]) => /^access-control-/i.test(name))).toEqual([
        ['Access-Control-Allow-Origin', 'http://app.test'],
      ]);
      expect(listOf({ headers }, 'vary')).toEqual(['accept-encoding', 'origin']);
    },
  );

  it(titleOf('UR-26'), async () => {
    const headers = await given([
      'Connection: X-Secret, close',
      'X-Secret: 1',
      'Keep-Alive: timeout=5',
      'Proxy-Authenticate: Basic',
      'Upgrade: h2c',
      'Proxy-Connection: keep-alive',
      'X-Kept: 1',
    ]);
    for (const name of ['x-secret', 'proxy-authenticate', 'upgrade', 'proxy-connection'])
      expect(values(headers, name)).toEqual([]);
    expect(values(headers, 'connection').join()).not.toMatch(/close|secret/i);
    expect(values(headers, 'keep-alive').join()).not.toContain('timeout=5');
    expect(values(headers, 'x-kept')).toEqual(['1']);
  });

  it(titleOf('UR-32'), async () => {
    const { upstream, client: connect } = await stand({
      script: [expectRequest, send(`${ok('Connection: close', 'Content-Length: 2')}ok`), fin],
    });
    const client = await connect();
    const response = await get(client);
    expectOk(response);
    expect(values(response.headers, 'connection')).toEqual(['keep-alive']);
    expectOk(await get(client));
    expect(upstream.connections()).toBe(2);
    await expectAlive(client);
  });

  it(titleOf('UR-36'), async () => {
    const packed = gzipSync('{"a":1}').toString('latin1');
    const length = `Content-Length: ${packed.length}`;
    const { client: connect } = await stand({
      script: answering(
        `${ok('Content-Encoding: gzip', 'Content-Type: application/json', length, 'ETag: W/"1"')}${packed}`,
      ),
    });
    const client = await connect();
    const response = await get(client);
    expectOk(response, packed);
    expect(values(response.headers, 'content-encoding')).toEqual(['gzip']);
    expect(values(response.headers, 'etag')).toEqual(['W/"1"']);
    await expectAlive(client);
  });

  it(titleOf('UR-28'), async () => {
    const name = Buffer.from('attachment; filename="naïve-日本.txt"').toString('latin1');
    const headers = await given([`Content-Disposition: ${name}`, 'X-All: \x80\xa0\xff']);
    expect(values(headers, 'content-disposition')).toEqual([name]);
    expect(values(headers, 'x-all')).toEqual(['\x80\xa0\xff']);
  });

  it('UR-28 also where the body comes later, and its bytes are its own', async () => {
    const body = Buffer.from(Array.from({ length: 256 }, (_, byte) => byte)).toString('latin1');
    const { upstream, client: connect } = await stand({
      script: [
        expectRequest,
        send(ok('X-A: \xe9', 'Content-Length: 256')),
        barrier('head'),
        send(body),
        expectText('never'),
      ],
    });
    const client = await connect();
    await client.write(ask('GET /api/x'));
    await client.until('X-A: \xe9\r\n');
    upstream.release('head');
    expectOk(await client.response(), body);
  });

  it(titleOf('UR-29'), async () => {
    const { client: connect } = await stand({
      script: answering('HTTP/1.1 302 Found\r\nLocation: http://[bad/\r\nContent-Length: 0\r\n\r\n'),
    });
    const client = await connect();
    const { status, headers } = await get(client);
    expect(status).toBe(302);
    expect(values(headers, 'location')).toEqual(['http://[bad/']);
    await expectAlive(client);
  });

  const moved: readonly (readonly [status: number, sent: string, expected: string])[] = [
    [302, '/api/y?to=UPSTREAM/z', '/api/y?to=UPSTREAM/z'],
    [302, 'y', 'y'],
    [302, '//other.test/api/y', '//other.test/api/y'],
    [302, 'http://other.test/api/y?from=UPSTREAM/', 'http://other.test/api/y?from=UPSTREAM/'],
    [201, 'UPSTREAM/api/y', 'PROXY/api/y'],
    [301, 'UPSTREAM/api/y', 'PROXY/api/y'],
    [302, 'UPSTREAM/api/%7ey?q=%20#f', 'PROXY/api/%7ey?q=%20#f'],
    [303, 'UPSTREAM/api/y?to=UPSTREAM/z', 'PROXY/api/y?to=UPSTREAM/z'],
    [307, 'UPSTREAM/api/y', 'PROXY/api/y'],
    [308, 'UPSTREAM/api/y', 'PROXY/api/y'],
    [302, 'UPSTREAM/elsewhere', 'UPSTREAM/elsewhere'],
    [302, 'UPSTREAM.evil.test/api/y', 'UPSTREAM.evil.test/api/y'],
    [302, 'UPSTREAM@evil.test/api/y', 'UPSTREAM@evil.test/api/y'],
  ];
  it.each(moved)(`${titleOf('UR-30')} — %i %s`, async (status, sent, expected) => {
    const { upstream, client: connect } = await stand({
      answer: ({ headers }) => {
        const origin = `http://${values(headers, 'host').join()}`;
        return { status, headers: [['Location', sent.replaceAll('UPSTREAM', origin)]] };
      },
    });
    const client = await connect();
    const response = await get(client);
    const inWords = expected.replaceAll('UPSTREAM', upstream.origin).replaceAll('PROXY', 'http://localhost');
    expect(response.status).toBe(status);
    expect(values(response.headers, 'location')).toEqual([inWords]);
    expectReadable(response);
    await expectAlive(client);
  });
});
