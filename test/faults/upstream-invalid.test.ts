/** Answers that are no HTTP, or that cannot be passed on: a sentence for the page, and both sides survive. */

import { describe, expect, it } from 'vitest';
import { expectRequest, expectText, fin, rst, type Step, send } from '../support/raw-upstream.ts';
import { expectAlive, expectProblem, get, wishOf } from './expectations.ts';
import { fault, titleOf } from './fault-table.ts';
import { bareServer, stand, standBefore, watchProcess } from './stand.ts';
import { answering, ok } from './wire.ts';

watchProcess();

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
    [
      'UR-09',
      'twice',
      answering(`${ok('Transfer-Encoding: chunked', 'Transfer-Encoding: chunked')}2\r\nok\r\n0\r\n\r\n`),
    ],
    ['UR-11', '099', answering('HTTP/1.1 099 Odd\r\nContent-Length: 0\r\n\r\n')],
    ['UR-11', '000', answering('HTTP/1.1 000 Odd\r\nContent-Length: 0\r\n\r\n')],
    ['UR-13', '', answering('HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: x\r\n\r\n')],
    ['UR-16', '', answering('HTTP/1.1 102 Processing\r\n\r\n'.repeat(40))],
    ['UR-17', '', answering(ok(`X-A: ${'a'.repeat(1_000_000)}`, 'Content-Length: 0'))],
  ];
  it.each(rows.map(([id, which, steps]) => [titleOf(id, which), id, steps] as const))(
    '%s',
    async (_title, id, steps) => {
      const { app, upstream, client: connect } = await stand({ script: steps });
      const client = await connect();
      const { detail } = expectProblem(await get(client), wishOf(id));
      expect(detail).toContain(upstream.origin);
      await upstream.closed(1);
      const { outcome, failure, attempts } = await app.exchange(1);
      expect({ outcome, code: failure?.code }).toEqual({
        outcome: 'upstream_error',
        code: fault(id).expected.code,
      });
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
    const { port } = await bareServer((socket) => {
      const dripping = setInterval(() => socket.write('HTTP/1.1 102 Processing\r\n\r\n'), 30);
      socket.once('close', () => clearInterval(dripping));
    });
    const { client: connect } = await standBefore(`http://127.0.0.1:${port}`, {
      route: { timeouts: { headers: 150 } },
    });
    const client = await connect();
    const response = await get(client);
    expectProblem(response, wishOf('UR-18'));
    expect(response.interim.length).toBeGreaterThan(0);
    await expectAlive(client);
  });
});
