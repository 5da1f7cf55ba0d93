/** Answers that are unusual, and answers all the same: passed on as they are, as far as HTTP lets us. */

import { describe, expect, it } from 'vitest';
import { expectRequest, expectText, send } from '../support/raw-upstream.ts';
import { values } from '../support/strict-parser.ts';
import { expectAlive, expectClosed, expectOk, expectReadable, get } from './expectations.ts';
import { titleOf } from './fault-table.ts';
import { ask, stand, watchProcess } from './stand.ts';
import { answering, ok } from './wire.ts';

watchProcess();

describe('an answer that is odd, but an answer', () => {
  it(titleOf('UR-10'), async () => {
    const { client: connect } = await stand({
      script: answering('HTTP/1.1 200 a\x01b\r\nContent-Length: 2\r\n\r\nok'),
    });
    const client = await connect();
    const response = await get(client);
    expectOk(response);
    expect(response.reason).toBe('OK');
    await expectAlive(client);
  });

  it.each([600, 999])(`${titleOf('UR-12')} — %i`, async (status) => {
    const { client: connect } = await stand({
      script: answering(`HTTP/1.1 ${status} Odd\r\nContent-Length: 2\r\n\r\nok`),
    });
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
    const hint =
      'HTTP/1.1 103 Early Hints\r\nLink: </a.css>; rel=preload; as=style\r\nX-A: 1\r\nConnection: X-A\r\nKeep-Alive: timeout=5\r\nContent-Length: 5\r\nSet-Cookie: a=b\r\nAccess-Control-Allow-Origin: *\r\n\r\n';
    const { client: connect } = await stand({
      script: answering(hint, hint, `${ok('Content-Length: 2')}ok`),
    });
    const client = await connect();
    const response = await get(client);
    expectOk(response);
    expect(response.interim.map(({ status }) => status)).toEqual([103, 103]);
    for (const { headers } of response.interim) {
      expect(headers.map(([name, value]) => [name.toLowerCase(), value])).toEqual([
        ['link', '</a.css>; rel=preload; as=style'],
      ]);
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
    const { upstream, client: connect } = await stand({
      script: answering(ok('Content-Length: 1234', 'ETag: "a"')),
    });
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
    const { client: connect } = await stand({
      script: answering(`HTTP/1.1 204 No Content\r\n${line}\r\n\r\n`),
    });
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
