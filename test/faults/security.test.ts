/** What a page that means no good tries, and what nobody should learn from us. */

import { describe, expect, it } from 'vitest';
import { createEventLog } from '../../src/observe/log.ts';
import { plainPaint } from '../../src/observe/paint.ts';
import { createPrettyLog } from '../../src/observe/pretty-log.ts';
import { values } from '../support/strict-parser.ts';
import { checkConfig } from '../support/test-app.ts';
import { expectAlive, expectNoCors, expectOk, expectUntouched, get } from './expectations.ts';
import { titleOf } from './fault-table.ts';
import { ask, page, stand, startUpstream, watchProcess } from './stand.ts';

watchProcess();

describe('who can reach this proxy', () => {
  it(titleOf('SE-01'), async () => {
    const { app } = await stand({ listen: { host: 'localhost' } });
    const { port, addresses } = app.app;
    expect([`127.0.0.1:${port}`, `[::1]:${port}`]).toEqual(expect.arrayContaining([...addresses]));
    expect(addresses[0]).toBe(`127.0.0.1:${port}`);
  });

  it.each(['0.0.0.0', '::'])('SE-01 %s is a warning', (host) => {
    const { problems } = checkConfig({ listen: { host }, target: 'http://127.0.0.1:1' });
    expect(problems.map(({ severity, place }) => [severity, place.key])).toContainEqual([
      'warning',
      'listen.host',
    ]);
  });

  /** A form on evil.test posts without a preflight: CORS would only hide the answer, the deed would be done. */
  it.each(['text/plain', 'application/x-www-form-urlencoded'])(`${titleOf('SE-02')} — %s`, async (type) => {
    const { upstream, client: connect } = await stand();
    const client = await connect();
    const lines = [`Content-Type: ${type}`, 'Sec-Fetch-Site: cross-site', 'Content-Length: 3'];
    await client.write(ask('POST /api/x', lines, 'a=1').replace(page, 'http://evil.test'));
    const response = await client.response();
    expect(response.status).toBe(403);
    expectNoCors(response);
    expectUntouched(upstream);
    await expectAlive(client);
  });
});

/** A redirect that is followed here must not carry a key to where the API points. */
describe('redirects that are followed', () => {
  it.each([302, 307])(`${titleOf('SE-05')} — %i`, async (status) => {
    const other = await startUpstream();
    const cors = { allowOrigin: page };
    const {
      app,
      upstream,
      client: connect,
    } = await stand({
      answer: () => ({
        status,
        headers: [
          ['Location', `${other.origin}/y`],
          ['Set-Cookie', 'from=first'],
        ],
      }),
      routes: [{ match: '/other/**', target: other.origin, cors }],
      route: {
        cors,
        response: { redirects: 'follow' },
        request: { headers: { Authorization: 'Bearer ${KEY}', 'X-Api-Key': 'plain' } },
      },
      env: { KEY: 'secret-of-the-first' },
    });
    const client = await connect();
    expectOk(await get(client, '/api/x', ['Cookie: a=1', 'Proxy-Authorization: Basic eA==', 'X-Mine: 1']));
    const first = await upstream.request(1);
    expect(values(first.headers, 'authorization')).toEqual(['Bearer secret-of-the-first']);
    const second = await other.request(1);
    expect(second.target).toBe('/y');
    expect(values(second.headers, 'host')).toEqual([other.authority]);
    for (const name of ['authorization', 'cookie', 'proxy-authorization', 'x-api-key']) {
      expect(values(second.headers, name)).toEqual([]);
    }
    expect(second.bytes.toString('latin1')).not.toMatch(/secret-of-the-first|plain/);
    expect(values(second.headers, 'x-mine')).toEqual(['1']);
    expect(await app.exchange(1)).toMatchObject({ outcome: 'ok', attempts: 2 });
  });
});

describe('what we say', () => {
  it.each([
    ['an Origin', ask('GET /api/x').replace(page, 'http://a\x9b31m.test\x85')],
    ['a User-Agent', ask('GET /api/x', ['User-Agent: \x9b2Jx\x85'])],
    ['a path', ask('GET /api/%1b[2J%0a?\x1b[31m')],
    ['an encoded path', ask('GET /api/%1b%5b2J%0aforged')],
    ['a Host', ask('GET /api/x').replace('localhost', 'a\x9b.test')],
    ['a coding', ask('POST /api/x', ['Transfer-Encoding: x\x9b2J, chunked'])],
    ['an expectation', ask('GET /api/x', ['Expect: \x9b2J'])],
    ['a header line with an escape', ask('GET /api/x', ['X-A: \x1b[31m'])],
  ])(`${titleOf('SE-07')} — %s`, async (_where, bytes) => {
    const said: string[] = [];
    const write = (text: string) => said.push(text);
    const pretty = createPrettyLog({
      write: (line) => write(line()),
      threshold: () => 'debug',
      layout: () => ({ width: 120, paint: plainPaint }),
    });
    const events = createEventLog({ write }, 'debug');
    const { app, client: connect } = await stand({
      app: {
        observe: (exchange) => {
          pretty(exchange);
          events.request(exchange);
        },
        notice: ({ message }) => write(`${message}\n`),
      },
    });
    const client = await connect();
    await client.write(bytes);
    await client.response();
    expect(app.exchanges.length + app.notices.length).toBeGreaterThan(0);
    expect(said.join('')).not.toBe('');
    // Newlines end our own lines; inside of them there is none, nor a C0 or C1 control.
    expect(said.join('')).not.toMatch(/[\x00-\x09\x0b-\x1f\x7f-\x9f]/);
    expect(
      said
        .join('')
        .split('\n')
        .filter((line) => /^\s*(?:forged|\[31m)/.test(line)),
    ).toEqual([]);
  });

  it(titleOf('SE-11'), async () => {
    const { client: connect } = await stand();
    const client = await connect();
    for (const path of ['/api/x', '/other']) {
      const { headers } = await get(client, path);
      for (const name of ['server', 'x-powered-by', 'via']) expect(values(headers, name)).toEqual([]);
      expect(headers.map(([, value]) => value).join('\n')).not.toMatch(/undici|node\/|v?20\.[0-9]+\.[0-9]+/i);
    }
  });
});
