/** Heads that are too large, doubled or strange, and what a client says about itself and may not. */

import { describe, expect, it } from 'vitest';
import { values } from '../support/strict-parser.ts';
import {
  expectAlive,
  expectClosed,
  expectOk,
  expectProblem,
  expectUntouched,
  get,
  wishOf,
} from './expectations.ts';
import { titleOf } from './fault-table.ts';
import { ask, page, stand, watchProcess } from './stand.ts';

watchProcess();

describe('a head that is too large', () => {
  it.each([17, 64])(`${titleOf('CT-18')} — %i KiB`, async (kib) => {
    const { upstream, client: connect } = await stand();
    const client = await connect();
    await client.write(ask(`GET /api/${'a'.repeat(kib * 1024)}`));
    const { hint } = expectProblem(await client.response(), wishOf('CT-18'));
    expect(hint).toContain('listen.limits.url');
    await expectClosed(client);
    expectUntouched(upstream);
  });

  it(titleOf('CT-19', 'more than our limit'), async () => {
    const { upstream, client: connect } = await stand();
    const client = await connect();
    await client.write(ask('GET /api/x', [`Cookie: a=${'b'.repeat(70_000)}`]));
    const { detail, hint } = expectProblem(await client.response(), wishOf('CT-19'));
    expect(detail).toContain('the largest field is Cookie with 70002 bytes');
    expect(hint).toContain('every localhost port shares them');
    await expectClosed(client);
    expectUntouched(upstream);
  });

  it(
    titleOf('CT-19', 'more than the parser reads: the answer survives the bytes still on their way'),
    async () => {
      const { app, upstream, client: connect } = await stand();
      const client = await connect();
      const written = client
        .write(ask('GET /api/x', [`Cookie: a=${'b'.repeat(2_000_000)}`]))
        .catch(() => undefined);
      const wish = { status: 431, code: 'http_request_error', cors: 'none' } as const;
      const { hint } = expectProblem(await client.response(), wish);
      // Nobody knows which of the two was too long.
      expect(hint).toMatch(/listen\.limits\.headers.*listen\.limits\.url/);
      await expectClosed(client);
      await written;
      expectUntouched(upstream);
      expect(app.notices.map(({ message }) => message)).toEqual([expect.stringMatching(/^431 /)]);
    },
  );

  it.each([
    [
      '431',
      ask(
        'GET /api/x',
        Array.from({ length: 3 }, () => `Cookie: a=${'b'.repeat(30_000)}`),
      ),
    ],
    ['414', ask(`GET /api/${'a'.repeat(30_000)}`)],
    ['400', ask('GET /api/x', ['X-A : 1'])],
  ])(`${titleOf('CO-11')} — %s`, async (status, bytes) => {
    const { client: connect } = await stand();
    const client = await connect();
    await client.write(bytes);
    expectProblem(await client.response(), { status: Number(status), code: 'http_request_error' });
    await expectClosed(client);
  });

  it(titleOf('CT-20'), async () => {
    const { upstream, client: connect } = await stand();
    const client = await connect();
    const response = await get(
      client,
      '/api/x',
      Array.from({ length: 2500 }, (_, i) => `X-${i}: 1`),
    );
    expectProblem(response, wishOf('CT-20'));
    expectUntouched(upstream);
    await expectAlive(client);
  });

  it('CT-20 999 lines are within the limit, and none is lost', async () => {
    const { upstream, client: connect } = await stand();
    const client = await connect();
    expectOk(
      await get(
        client,
        '/api/x',
        Array.from({ length: 998 }, (_, i) => `X-${i}: 1`),
      ),
    );
    const seen = await upstream.request(1);
    expect(seen.headers.filter(([name]) => /^X-[0-9]+$/.test(name)).length).toBe(998);
  });
});

describe('fields that say two things', () => {
  it.each([
    ['Authorization: Bearer one', 'Authorization: Bearer two'],
    ['Content-Type: text/plain', 'content-type: application/json'],
    ['If-None-Match: "a"', 'If-None-Match: "b"'],
  ])(`${titleOf('CT-21')} — %s, %s`, async (...lines) => {
    const { upstream, client: connect } = await stand();
    const client = await connect();
    expectProblem(await get(client, '/api/x', lines), wishOf('CT-21'));
    expectUntouched(upstream);
    await expectAlive(client);
  });

  it(titleOf('CT-22'), async () => {
    const { upstream, client: connect } = await stand({
      route: { cors: { allowOrigin: 'https://app.test', allowCredentials: true } },
    });
    const client = await connect();
    await client.write(ask('GET /api/x', ['Cookie: a=1', 'Cookie: b=2']).replace(page, 'https://app.test'));
    expect((await client.response()).status).toBe(200);
    const { headers } = await upstream.request(1);
    expect(values(headers, 'cookie').join('; ')).toBe('a=1; b=2');
    await expectAlive(client);
  });

  it(titleOf('CT-32'), async () => {
    const { upstream, client: connect } = await stand();
    const client = await connect();
    const forged = [
      'X-Forwarded-For: forged',
      'X-Forwarded-Host: forged.test',
      'X-Forwarded-Proto: https',
      'Forwarded: for=forged',
      'X-Forwarded-Port: forged',
    ];
    expectOk(await get(client, '/api/x', forged));
    const { headers, bytes } = await upstream.request(1);
    expect(values(headers, 'x-forwarded-for')).toEqual(['127.0.0.1']);
    expect(values(headers, 'x-forwarded-host')).toEqual(['localhost']);
    expect(values(headers, 'x-forwarded-proto')).toEqual(['http']);
    expect(bytes.toString('latin1')).not.toMatch(/forged/);
    await expectAlive(client);
  });

  it(titleOf('CT-37'), async () => {
    const { upstream, client: connect } = await stand();
    const client = await connect();
    expectOk(await get(client, '/api/x', ['__proto__: 1', 'constructor: 2', 'hasOwnProperty: 3']));
    const { headers } = await upstream.request(1);
    expect(headers).toEqual(
      expect.arrayContaining([
        ['__proto__', '1'],
        ['constructor', '2'],
        ['hasOwnProperty', '3'],
      ]),
    );
    await expectAlive(client);
  });

  it('header bytes beyond ASCII go up as they came', async () => {
    const { upstream, client: connect } = await stand();
    const client = await connect();
    const name = Buffer.from('naïve-日本.txt').toString('latin1');
    expectOk(await get(client, '/api/x', [`X-Name: ${name}`]));
    expect(values((await upstream.request(1)).headers, 'x-name')).toEqual([name]);
  });
});
