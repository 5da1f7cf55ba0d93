/**
 * A final answer while the upload is still coming. Closing at once would reset the client's connection and take the
 * answer with it; reading on for ever would let one client hold us. So the rest is read for a while, then we close.
 */

import { describe, expect, it } from 'vitest';
import {
  expectHead,
  expectRequest,
  expectText,
  fin,
  pause,
  type Step,
  send,
} from '../support/raw-upstream.ts';
import { values } from '../support/strict-parser.ts';
import { expectClosed, expectReadable } from './expectations.ts';
import { titleOf } from './fault-table.ts';
import { ask, stand, watchProcess } from './stand.ts';

watchProcess();

const tooLarge = 'HTTP/1.1 413 Content Too Large\r\nConnection: close\r\nContent-Length: 5\r\n\r\nlarge';
const early = 'HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nlarge';

const endings: readonly (readonly [id: string, which: string, steps: readonly Step[]])[] = [
  ['UR-33', 'FIN', [expectHead, send(tooLarge), fin]],
  ['UR-33', 'FIN, and nothing more is read', [expectHead, pause, send(tooLarge), fin]],
  ['UR-34', '', [expectHead, pause, send(early), expectText('never')]],
  ['UR-34', 'and it reads on', [expectHead, send(early), expectText('never')]],
];

describe('an answer before the upload is over', () => {
  it.each(endings.map(([id, which, steps]) => [titleOf(id, which), id, steps] as const))(
    '%s — the client waits with the rest',
    async (_title, id, steps) => {
      const { app, upstream, client: connect } = await stand({ script: steps });
      const client = await connect();
      await client.write(ask('POST /api/x', ['Content-Length: 1000000'], 'first'));
      const response = await client.response();
      expect(response.status).toBe(id === 'UR-33' ? 413 : 200);
      expect(response.body.toString()).toBe('large');
      expect(values(response.headers, 'connection')).toEqual(['close']);
      expectReadable(response);
      await expectClosed(client);
      await upstream.closed(1);
      expect(upstream.requests).toEqual([]);
      expect(await app.exchange(1)).toMatchObject({ outcome: 'ok', attempts: 1, bytes: 5 });
    },
  );

  it.each(endings.map(([id, which, steps]) => [titleOf(id, which), id, steps] as const))(
    '%s — the client sends all it has',
    async (_title, id, steps) => {
      const { app, upstream, client: connect } = await stand({ script: steps });
      const client = await connect();
      const size = 20_000_000;
      const written = client
        .write(ask('POST /api/x', [`Content-Length: ${size}`], 'x'.repeat(size)))
        .catch(() => undefined);
      const response = await client.response();
      expect(response.status).toBe(id === 'UR-33' ? 413 : 200);
      expect(response.body.toString()).toBe('large');
      expectReadable(response);
      expect((await client.end()).ended).not.toBe('open');
      await written;
      // A socket that does not read cannot hear of its end.
      if (!steps.includes(pause)) await upstream.closed(1);
      expect(await app.exchange(1)).toMatchObject({ outcome: 'ok', bytes: 5 });
    },
  );

  it('UR-33 an upload that is over in time leaves the connection as it was', async () => {
    const { client: connect } = await stand({ script: [expectRequest, send(early), expectText('never')] });
    const client = await connect();
    await client.write(ask('POST /api/x', ['Content-Length: 5'], 'first'));
    const response = await client.response();
    expect(values(response.headers, 'connection')).toEqual(['keep-alive']);
    expect(response.body.toString()).toBe('large');
  });
});
