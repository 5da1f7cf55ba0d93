/** Bodies that are asked for first, that are too large, or that come with a method that seldom has one. */

import { describe, expect, it } from 'vitest';
import { barrier, expectText } from '../support/raw-upstream.ts';
import { values } from '../support/strict-parser.ts';
import {
  expectAlive,
  expectClosed,
  expectOk,
  expectProblem,
  expectReadable,
  expectUntouched,
  get,
  wishOf,
} from './expectations.ts';
import { titleOf } from './fault-table.ts';
import { ask, stand, watchProcess } from './stand.ts';

watchProcess();

describe('Expect', () => {
  it(titleOf('CT-27'), async () => {
    const { upstream, client: connect } = await stand();
    const client = await connect();
    await client.write(ask('POST /api/x', ['Expect: 100-continue', 'Content-Length: 5']));
    await client.until('HTTP/1.1 100 Continue\r\n\r\n');
    await client.write('hello');
    const response = await client.response();
    expectOk(response);
    expect(response.interim.map(({ status }) => status)).toEqual([100]);
    const seen = await upstream.request(1);
    expect(seen.body.toString()).toBe('hello');
    expect(values(seen.headers, 'expect')).toEqual([]);
    await expectAlive(client);
  });

  it(
    titleOf('CT-27', 'the route refuses it: a final answer without 100, and the body never comes'),
    async () => {
      const { upstream, client: connect } = await stand();
      const client = await connect();
      await client.write(ask('POST /other', ['Expect: 100-continue', 'Content-Length: 5']));
      const response = await client.response();
      expectProblem(response, { status: 404, code: 'destination_not_found' });
      expect(response.interim).toEqual([]);
      // Nobody can tell whether the next bytes would be the body or a request.
      expect(values(response.headers, 'connection')).toEqual(['close']);
      await expectClosed(client);
      expectUntouched(upstream);
    },
  );

  it(titleOf('CT-28'), async () => {
    const { upstream, client: connect } = await stand();
    const client = await connect();
    expectProblem(await get(client, '/api/x', ['Expect: foo']), wishOf('CT-28'));
    expectUntouched(upstream);
    await expectAlive(client);
  });

  it('Expect in HTTP/1.0 is ignored (RFC 9110 §10.1.1)', async () => {
    const { upstream, client: connect } = await stand();
    const client = await connect();
    const bytes = ask('POST /api/x', ['Expect: 100-continue', 'Content-Length: 5'], 'hello');
    await client.write(bytes.replace('HTTP/1.1', 'HTTP/1.0'));
    const response = await client.response();
    expectOk(response);
    expect(response.interim).toEqual([]);
    expect((await upstream.request(1)).body.toString()).toBe('hello');
  });
});

describe('bodies', () => {
  const limited = { route: { limits: { requestBody: '1kb' } } } as const;

  it(titleOf('CT-33'), async () => {
    const { upstream, client: connect } = await stand(limited);
    const client = await connect();
    await client.write(ask('POST /api/x', ['Content-Length: 2000'], 'x'.repeat(2000)));
    const { hint } = expectProblem(await client.response(), wishOf('CT-33'));
    expect(hint).toContain('limits.requestBody');
    await expectClosed(client);
    expectUntouched(upstream);
  });

  it(titleOf('CT-33', 'the body is still on its way when the answer comes'), async () => {
    const { client: connect } = await stand(limited);
    const client = await connect();
    const written = client
      .write(ask('POST /api/x', ['Content-Length: 5000000'], 'x'.repeat(5_000_000)))
      .catch(() => undefined);
    expectProblem(await client.response(), wishOf('CT-33'));
    expect((await client.end()).ended).not.toBe('open');
    await written;
  });

  it(titleOf('CT-34'), async () => {
    const { upstream, client: connect } = await stand({
      ...limited,
      script: [expectText('first'), barrier('first')],
    });
    const client = await connect();
    await client.write(ask('POST /api/x', ['Transfer-Encoding: chunked'], '5\r\nfirst\r\n'));
    await upstream.reached('first');
    await client.write(`800\r\n${'x'.repeat(0x800)}\r\n0\r\n\r\n`);
    const response = await client.response();
    expectProblem(response, wishOf('CT-34'));
    expect(values(response.headers, 'connection')).toEqual(['close']);
    await expectClosed(client);
    await upstream.closed(1);
    expect(upstream.requests).toEqual([]);
    expect(upstream.received(1).toString('latin1')).not.toContain('\r\n0\r\n');
  });

  it(titleOf('CT-35'), async () => {
    const { upstream, client: connect } = await stand();
    const client = await connect();
    await client.write(ask('GET /api/x', ['Content-Length: 5'], 'hello'));
    const response = await client.response();
    expectOk(response);
    expectReadable(response);
    const seen = await upstream.request(1);
    expect(values(seen.headers, 'content-length')).toEqual(['5']);
    expect(seen.body.toString()).toBe('hello');
    await expectAlive(client);
  });
});
