/** Answers of an API that are broken, hostile or merely unusual: a sentence for the page, or the answer as it is. */

import { describe, expect, it } from 'vitest';
import { barrier, expectRequest, expectText, fin, rst, type Step, send } from '../support/raw-upstream.ts';
import { type HeaderLine, values } from '../support/strict-parser.ts';
import { expectAlive, expectClosed, expectOk, expectProblem, expectReadable, get, listOf, wishOf } from './expectations.ts';
import { fault, titleOf } from './fault-table.ts';
import { ask, stand, watchProcess } from './stand.ts';

watchProcess();

const ok = (...lines: string[]) => `HTTP/1.1 200 OK\r\n${lines.map((line) => `${line}\r\n`).join('')}\r\n`;
const answering = (...bytes: string[]): Step[] => [expectRequest, ...bytes.map((text) => send(text)), expectText('never')];

describe('an answer that is no HTTP becomes a problem, and both sides survive', () => {
  const rows: readonly (readonly [id: string, which: string, steps: readonly Step[]])[] = [
    ['UR-01', 'FIN', [expectRequest, fin]],
    ['UR-01', 'RST', [expectRequest, rst]],
    ['UR-02', 'FIN', [expectRequest, send('HTTP/1.1 200 OK\r\nContent-Le'), fin]],
    ['UR-02', 'RST', [expectRequest, send('HTTP/1.1 200 OK\r\nContent-Le'), rst]],
    ['UR-05', 'a space in the name', answering(ok('X A: 1', 'Content-Length: 0'))],
    ['UR-05', 'a space before the colon', answering(ok('X-A : 1', 'Content-Length: 0'))],
    ['UR-06', '', answering(ok('X-A: 1', ' 2', 'Content-Length: 0'))],
    ['UR-08', 'the same', answering(`${ok('Content-Length: 2', 'Content-Length: 2')}ok`)],
    ['UR-08', 'different', answering(`${ok('Content-Length: 2', 'Content-Length: 3')}ok`)],
    ['UR-08', '2, 2', answering(`${ok('Content-Length: 2, 2')}ok`)],
    ['UR-09', 'unknown', answering(`${ok('Transfer-Encoding: xchunked')}2\r\nok\r\n0\r\n\r\n`)],
    ['UR-09', 'gzip, chunked', answering(`${ok('Transfer-Encoding: gzip, chunked')}2\r\nok\r\n0\r\n\r\n`)],
    ['UR-09', 'twice', answering(`${ok('Transfer-Encoding: chunked', 'Transfer-Encoding: chunked')}2\r\nok\r\n0\r\n\r\n`)],
    ['UR-11', '099', answering('HTTP/1.1 099 Odd\r\nContent-Length: 0\r\n\r\n')],
    ['UR-11', '000', answering('HTTP/1.1 000 Odd\r\nContent-Length: 0\r\n\r\n')],
    ['UR-13', '', answering('HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: x\r\n\r\n')],
    ['UR-16', '', answering('HTTP/1.1 102 Processing\r\n\r\n'.repeat(40))],
    ['UR-17', '', answering(ok(`X-A: ${'a'.repeat(1_000_000)}`, 'Content-Length: 0'))],
  ];
  it.each(rows.map(([id, which, steps]) => ({ title: titleOf(id, which), id, steps })))(
    '$title',
    async ({ id, steps }) => {
      const { app, upstream, client: connect } = await stand({ script: steps });
      const client = await connect();
      const { detail } = expectProblem(await get(client), wishOf(id));
      expect(detail).toContain(upstream.origin);
      await upstream.closed(1);
      const { outcome, failure, attempts } = await app.exchange(1);
      expect({ outcome, code: failure?.code }).toEqual({ outcome: 'upstream_error', code: fault(id).expected.code });
      expect(attempts).toBe(1);
      await expectAlive(client);
      expect(upstream.requests.length).toBe(1);
    },
  );

  it(titleOf('UR-18'), async () => {
    const { upstream, client: connect } = await stand({
      script: [expectRequest, expectText('never')],
      route: { timeouts: { headers: 150 } },
    });
    const client = await connect();
    const { hint } = expectProblem(await get(client), wishOf('UR-18'));
    expect(hint).toContain('timeouts.headers');
    await upstream.closed(1);
    await expectAlive(client);
  });

  it('UR-16 1xx answers that drip do not put off the deadline for the head', async () => {
    const interim = send('HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n');
    const { client: connect } = await stand({
      script: [expectRequest, ...Array.from({ length: 30 }, () => [interim, expectText('never')]).flat().slice(0, 2)],
      route: { timeouts: { headers: 150 } },
    });
    const client = await connect();
    expectProblem(await get(client), wishOf('UR-18'));
    await expectAlive(client);
  });
});

describe('an answer that is odd, but an answer', () => {
  it(titleOf('UR-10'), async () => {
    const { client: connect } = await stand({ script: answering('HTTP/1.1 200 a\x01b\r\nContent-Length: 2\r\n\r\nok') });
    const client = await connect();
    const response = await get(client);
    expectOk(response);
    expect(response.reason).toBe('OK');
    await expectAlive(client);
  });

  it.each([600, 999])(`${titleOf('UR-12')} — %i`, async (status) => {
    const { client: connect } = await stand({ script: answering(`HTTP/1.1 ${status} Odd\r\nContent-Length: 2\r\n\r\nok`) });
    const client = await connect();
    const response = await get(client);
    expect({ status: response.status, reason: response.reason }).toEqual({ status, reason: 'Odd' });
    expectReadable(response);
    await expectAlive(client);
  });

  it(titleOf('UR-15'), async () => {
    const { client: connect } = await stand({
      script: answering('HTTP/1.1 100 Continue\r\n\r\n', `${ok('Content-Length: 2')}ok`),
    });
    const client = await connect();
    const response = await get(client);
    expectOk(response);
    expect(response.interim).toEqual([]);
    await expectAlive(client);
  });

  it(titleOf('UR-14'), async () => {
    const hint = 'HTTP/1.1 103 Early Hints\r\nLink: </a.css>; rel=preload; as=style\r\nX-A: 1\r\nConnection: X-A\r\nKeep-Alive: timeout=5\r\nContent-Length: 5\r\nSet-Cookie: a=b\r\nAccess-Control-Allow-Origin: *\r\n\r\n';
    const { client: connect } = await stand({ script: answering(hint, hint, `${ok('Content-Length: 2')}ok`) });
    const client = await connect();
    const response = await get(client);
    expectOk(response);
    expect(response.interim.map(({ status }) => status)).toEqual([103, 103]);
    for (const { headers } of response.interim) {
      expect(headers.map(([name, value]) => [name.toLowerCase(), value])).toEqual([['link', '</a.css>; rel=preload; as=style']]);
    }
    await expectAlive(client);
  });

  it('UR-14 an HTTP/1.0 client gets no 1xx', async () => {
    const hint = 'HTTP/1.1 103 Early Hints\r\nLink: </a.css>; rel=preload\r\n\r\n';
    const { client: connect } = await stand({ script: answering(hint, `${ok('Content-Length: 2')}ok`) });
    const client = await connect();
    await client.write(ask('GET /api/x').replace('HTTP/1.1', 'HTTP/1.0'));
    const response = await client.response();
    expectOk(response);
    expect(response.interim).toEqual([]);
    await expectClosed(client);
  });

  it('UR-14 a Link that Node refuses costs the hint, not the answer', async () => {
    const hint = 'HTTP/1.1 103 Early Hints\r\nLink: not a link\r\n\r\n';
    const { client: connect } = await stand({ script: answering(hint, `${ok('Content-Length: 2')}ok`) });
    const client = await connect();
    expectOk(await get(client));
    await expectAlive(client);
  });

  it.each(['SEARCH', 'PROPFIND', 'PURGE'])('a %s is passed on like others', async (method) => {
    const { upstream, client: connect } = await stand();
    const client = await connect();
    await client.write(ask(`${method} /api/x`));
    expectOk(await client.response({ method }));
    expect((await upstream.request(1)).method).toBe(method);
  });
});

describe('an answer without a body, whatever its fields say', () => {
  it(titleOf('UR-20'), async () => {
    const { upstream, client: connect } = await stand({ script: answering(ok('Content-Length: 1234', 'ETag: "a"')) });
    const client = await connect();
    await client.write(ask('HEAD /api/x'));
    const response = await client.response({ method: 'HEAD' });
    expect(response.status).toBe(200);
    expect(values(response.headers, 'content-length')).toEqual(['1234']);
    expectReadable(response);
    await expectAlive(client);
    expect((await upstream.request(1)).method).toBe('HEAD');
  });

  it(titleOf('UR-21'), async () => {
    const { upstream, client: connect } = await stand({
      script: (number) =>
        number === 1
          ? [expectRequest, send(`${ok('Content-Length: 5')}hello`), expectText('never')]
          : answering(`${ok('Content-Length: 2')}ok`),
    });
    const client = await connect();
    await client.write(ask('HEAD /api/x'));
    const response = await client.response({ method: 'HEAD' });
    expect(response.status).toBe(200);
    await upstream.closed(1);
    expectOk(await get(client));
    expect(upstream.connections()).toBe(2);
  });

  it.each(['Transfer-Encoding: chunked', 'Content-Length: 0'])(`${titleOf('UR-22')} — %s`, async (line) => {
    const { client: connect } = await stand({ script: answering(`HTTP/1.1 204 No Content\r\n${line}\r\n\r\n`) });
    const client = await connect();
    const response = await get(client);
    expect(response.status).toBe(204);
    expectReadable(response);
    await expectAlive(client);
  });

  it(titleOf('UR-23'), async () => {
    const { client: connect } = await stand({
      script: answering('HTTP/1.1 304 Not Modified\r\nETag: "a"\r\nTransfer-Encoding: chunked\r\n\r\n'),
    });
    const client = await connect();
    const response = await get(client);
    expect(response.status).toBe(304);
    expect(values(response.headers, 'etag')).toEqual(['"a"']);
    expect(values(response.headers, 'transfer-encoding')).toEqual([]);
    expectReadable(response);
    await expectAlive(client);
  });
});

describe('fields', () => {
  const given = async (lines: readonly string[], route = {}): Promise<readonly HeaderLine[]> => {
    const { client: connect } = await stand({ script: answering(`${ok(...lines, 'Content-Length: 2')}ok`), route });
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
      script: answering(`${ok('Set-Cookie: b=2', 'X-Between: 1', 'Set-Cookie: a=1', 'set-cookie: c=3', 'Content-Length: 2')}ok`),
      route: { cors, response: { cookies: 'keep' } },
    });
    const client = await connect();
    // A navigation of the proxy's own pages carries cookies whatever the rule for origins says.
    await client.write('GET /api/x HTTP/1.1\r\nHost: localhost\r\n\r\n');
    const { headers } = await client.response();
    expect(values(headers, 'set-cookie')).toEqual(['b=2', 'a=1', 'c=3']);
  });

  it.each(['UR-25', 'CO-09'])('%s an upstream with CORS headers of its own: exactly one of each, ours; Vary merged', async () => {
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
    expect(headers.filter(([name]) => /^access-control-/i.test(name))).toEqual([['Access-Control-Allow-Origin', 'http://app.test']]);
    expect(listOf({ headers }, 'vary')).toEqual(['accept-encoding', 'origin']);
  });

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
    for (const name of ['x-secret', 'proxy-authenticate', 'upgrade', 'proxy-connection']) expect(values(headers, name)).toEqual([]);
    expect(values(headers, 'connection').join()).not.toMatch(/close|secret/i);
    expect(values(headers, 'keep-alive').join()).not.toContain('timeout=5');
    expect(values(headers, 'x-kept')).toEqual(['1']);
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
      script: [expectRequest, send(ok('X-A: \xe9', 'Content-Length: 256')), barrier('head'), send(body), expectText('never')],
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
