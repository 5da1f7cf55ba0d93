/**
 * An error without CORS headers reaches the page as "Failed to fetch", and hides the true one. So every answer of ours
 * earns what its route grants, the broken ones too, and an origin that may not read gets nothing from any of them.
 */

import { describe, expect, it } from 'vitest';
import { expectRequest, expectText, fin, send } from '../support/raw-upstream.ts';
import { values } from '../support/strict-parser.ts';
import {
  expectAlive,
  expectNoCors,
  expectOk,
  expectProblem,
  expectReadable,
  expectUntouched,
  get,
  listOf,
} from './expectations.ts';
import { titleOf } from './fault-table.ts';
import { closedPort, failsWith, leadsTo, neverAnswers } from './names.ts';
import { ask, page, stand, standBefore, watchProcess } from './stand.ts';

watchProcess();

const preflight = (...lines: string[]) =>
  ask('OPTIONS /api/x', [
    'Access-Control-Request-Method: PUT',
    'Access-Control-Request-Headers: content-type,x-a',
    ...lines,
  ]);

describe('a page reads every error as JSON', () => {
  const silent = [expectRequest, expectText('never')];
  const rows = [
    ['dns_error', 502, { app: { lookup: failsWith('ENOTFOUND') } }],
    ['dns_timeout', 504, { app: { lookup: neverAnswers } }],
    ['destination_ip_prohibited', 502, { app: { lookup: leadsTo('169.254.169.254') } }],
    ['destination_ip_unroutable', 502, { app: { lookup: failsWith('EHOSTUNREACH') } }],
    ['connection_limit_reached', 503, { app: { lookup: failsWith('EMFILE') } }],
    ['connection_timeout', 504, { app: { lookup: failsWith('ETIMEDOUT') } }],
    ['connection_terminated', 502, { script: [expectRequest, fin] }],
    ['http_response_timeout', 504, { script: silent }],
    ['http_protocol_error', 502, { script: [expectRequest, send('nonsense\r\n\r\n')] }],
    [
      'http_upgrade_failed',
      502,
      { script: [expectRequest, send('HTTP/1.1 101 X\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n')] },
    ],
    [
      'http_response_transfer_coding',
      502,
      { script: [expectRequest, send('HTTP/1.1 200 OK\r\nTransfer-Encoding: x\r\n\r\n')] },
    ],
  ] as const;
  it.each(rows)(`${titleOf('CO-01')} — %s`, async (code, status, options) => {
    const route = { timeouts: { connect: 100, headers: 100 } };
    const { app } =
      'script' in options
        ? await stand({ ...options, route })
        : await standBefore('http://api.test', { ...options, route });
    const answer = await fetch(`http://127.0.0.1:${app.port}/api/x`, { headers: { origin: page } });
    expect(await answer.json()).toMatchObject({ code, status });
    expect(answer.status).toBe(status);
    expect(answer.headers.get('access-control-allow-origin')).toBe(page);
    expect(answer.headers.get('access-control-expose-headers')).toBe('Proxy-Status,X-Request-Id');
  });

  it.each(['/other', '/api/%00'])(`${titleOf('CO-01')} — no upstream is called for %s`, async (path) => {
    const { app, upstream } = await stand();
    const answer = await fetch(`http://127.0.0.1:${app.port}${path}`, { headers: { origin: page } });
    expect(await answer.json()).toMatchObject({ status: answer.status });
    expect(answer.headers.get('access-control-allow-origin')).toBe(page);
    expectUntouched(upstream);
  });

  it(titleOf('CO-17'), async () => {
    const { client: connect } = await standBefore(`http://127.0.0.1:${await closedPort()}`);
    const client = await connect();
    await client.write(ask('HEAD /api/x'));
    const response = await client.response({ method: 'HEAD' });
    expect(response.status).toBe(502);
    expect(values(response.headers, 'proxy-status').join()).toContain('error=connection_refused');
    expectReadable(response, ['Proxy-Status']);
    await expectAlive(client);
  });

  it.each([301, 404, 500])(`${titleOf('CO-08')} — %i`, async (status) => {
    const { client: connect } = await stand({
      answer: () => ({
        status,
        headers: [
          ['Location', 'https://other.test/'],
          ['X-A', '1'],
        ],
        body: 'theirs',
      }),
    });
    const client = await connect();
    const response = await get(client);
    expect({ status: response.status, body: response.body.toString() }).toEqual({ status, body: 'theirs' });
    expectReadable(response);
    await expectAlive(client);
  });
});

describe('an origin that is not allowed', () => {
  it(titleOf('CO-02', 'refused before the upstream is called'), async () => {
    const { app, client: connect } = await standBefore(`http://127.0.0.1:${await closedPort()}`);
    const client = await connect();
    await client.write(ask('GET /api/x').replace(page, 'http://evil.test'));
    const response = await client.response();
    const { detail } = expectProblem(response, { status: 403, code: 'http_request_denied', cors: 'none' });
    expect(detail).toContain('http://evil.test');
    expect(listOf(response, 'vary')).toContain('origin');
    expect(await app.exchange(1)).toMatchObject({ outcome: 'refused', attempts: 0 });
    await expectAlive(client);
  });

  it.each([
    ['null'],
    [`${page}\r\nOrigin: http://evil.test`],
    [`${page}\r\nOrigin: ${page}`],
    [`${page}, http://evil.test`],
    [`${page}/`],
    ['http://APP.test'],
    ['HTTP://app.test'],
    [`${page}:80`],
    [`${page}.evil.test`],
    ['http://user@app.test'],
    ['http://app.test\xe9'],
    ['*'],
    [''],
  ])(`${titleOf('CO-13')} — %j`, async (origin) => {
    const { upstream, client: connect } = await stand();
    const client = await connect();
    await client.write(ask('GET /api/x').replace(page, origin));
    const response = await client.response();
    expect(response.status).toBe(403);
    expectNoCors(response);
    expect(listOf(response, 'vary')).toContain('origin');
    expectUntouched(upstream);
    await expectAlive(client);
  });
});

describe('preflights', () => {
  const granted = {
    'access-control-allow-origin': [page],
    'access-control-allow-methods': ['PUT'],
    'access-control-allow-headers': ['content-type,x-a'],
  };

  it(titleOf('CO-04'), async () => {
    const { app, client: connect } = await standBefore(`http://127.0.0.1:${await closedPort()}`);
    const client = await connect();
    await client.write(preflight());
    const response = await client.response({ method: 'OPTIONS' });
    expect(response.status).toBe(204);
    for (const [name, lines] of Object.entries(granted))
      expect(values(response.headers, name)).toEqual(lines);
    expect(await app.exchange(1)).toMatchObject({ outcome: 'ok', attempts: 0 });
    await expectAlive(client);
  });

  it(titleOf('CO-05'), async () => {
    const { upstream, client: connect } = await stand();
    const client = await connect();
    await client.write(preflight());
    const response = await client.response({ method: 'OPTIONS' });
    expect(response.status).toBe(204);
    expect(response.framing).toBe('none');
    expectOk(await get(client));
    expect(upstream.requests.length).toBe(1);
    await expectAlive(client);
  });

  it.each([
    ['Content-Length: 5', 'hello'],
    ['Transfer-Encoding: chunked', '5\r\nhello\r\n0\r\n\r\n'],
  ])(`${titleOf('CO-06')} — %s`, async (framing, body) => {
    const { upstream, client: connect } = await stand();
    const client = await connect();
    await client.write(`${preflight(framing)}${body}`);
    const response = await client.response({ method: 'OPTIONS' });
    expect(response.status).toBe(204);
    expectReadable(response);
    await expectAlive(client);
    expectUntouched(upstream);
  });

  it.each(['Private-Network', 'Local-Network'])(`${titleOf('CO-16')} — %s`, async (network) => {
    const { client: connect } = await stand();
    const client = await connect();
    await client.write(preflight(`Access-Control-Request-${network}: true`));
    const response = await client.response({ method: 'OPTIONS' });
    expect(response.status).toBe(204);
    expect(values(response.headers, `access-control-allow-${network}`)).toEqual([]);
    for (const [name, lines] of Object.entries(granted))
      expect(values(response.headers, name)).toEqual(lines);
    await expectAlive(client);
  });
});
