/** Answers that come bit by bit for as long as they like, and what may follow a body. */

import { describe, expect, it } from 'vitest';
import { barrier, expectRequest, send } from '../support/raw-upstream.ts';
import { values } from '../support/strict-parser.ts';
import { expectAlive, expectOk, get } from './expectations.ts';
import { titleOf } from './fault-table.ts';
import { ask, page, stand, watchProcess } from './stand.ts';
import { never, ok } from './wire.ts';

watchProcess();

describe('streams', () => {
  const events = ok(
    'Content-Type: text/event-stream',
    'Cache-Control: no-cache',
    'X-Accel-Buffering: no',
    'Transfer-Encoding: chunked',
  );
  const event = 'a\r\ndata: 1\n\n\n\r\n';

  it(titleOf('UR-37'), async () => {
    const { client: connect } = await stand({ script: [expectRequest, send(events), never] });
    const client = await connect();
    await client.write(ask('GET /api/x'));
    await client.until('\r\n\r\n');
    const head = client.received().toString('latin1');
    expect(head).toMatch(/^HTTP\/1\.1 200 OK\r\n/);
    expect(head).toContain('Cache-Control: no-cache\r\nX-Accel-Buffering: no\r\n');
    expect(head).toContain(`Access-Control-Allow-Origin: ${page}\r\n`);
  });

  it.each(['text/event-stream', 'text/event-stream; charset=utf-8', 'application/x-ndjson'])(
    `${titleOf('UB-08')} — %s`,
    async (type) => {
      const {
        app,
        upstream,
        client: connect,
      } = await stand({
        script: [
          expectRequest,
          send(ok(`Content-Type: ${type}`, 'Transfer-Encoding: chunked')),
          barrier('silent'),
          send(event),
          never,
        ],
        route: { timeouts: { body: 50 } },
      });
      const client = await connect();
      await client.write(ask('GET /api/x'));
      await client.until('\r\n\r\n');
      // Another body on this route runs into its deadline: by then this one's has long passed.
      const other = await connect();
      await other.write(ask('POST /api/x', ['Content-Length: 5'], 'x'));
      expect((await other.response()).status).toBe(408);
      expect(client.ended()).toBe('open');
      upstream.release('silent');
      await client.until('data: 1');
      expect(app.exchanges.map(({ head }) => head.method)).toEqual(['POST']);
    },
  );

  it(titleOf('UB-09'), async () => {
    const {
      app,
      upstream,
      client: connect,
    } = await stand({ script: [expectRequest, send(events + event), never] });
    const client = await connect();
    await client.write(ask('GET /api/x'));
    await client.until('data: 1\n\n');
    expect(client.ended()).toBe('open');
    client.rst();
    await upstream.closed(1);
    expect(await app.exchange(1)).toMatchObject({ outcome: 'client_abort', status: 200 });
  });
});

describe('trailers', () => {
  const script = [
    expectRequest,
    send(
      `${ok('Trailer: X-T', 'Transfer-Encoding: chunked')}2\r\nok\r\n0\r\nX-T: 1\r\nX-Unannounced: 2\r\nSet-Cookie: a=b\r\nAccess-Control-Allow-Origin: *\r\nHost: x\r\nTE: x\r\n\r\n`,
    ),
    never,
  ];

  it(titleOf('UB-12', 'TE: trailers'), async () => {
    const { client: connect } = await stand({ script });
    const client = await connect();
    const response = await get(client, '/api/x', ['TE: trailers']);
    expectOk(response);
    expect(response.trailers).toEqual([
      ['X-T', '1'],
      ['X-Unannounced', '2'],
    ]);
    await expectAlive(client);
  });

  it(titleOf('UB-12', 'not asked for'), async () => {
    const { client: connect } = await stand({ script });
    const client = await connect();
    const response = await get(client);
    expectOk(response);
    expect(response.trailers).toEqual([]);
    expect(values(response.headers, 'trailer')).toEqual([]);
    await expectAlive(client);
  });
});
