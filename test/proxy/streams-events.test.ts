/** Streams that come event by event: Server-Sent Events, JSON lines, and a body that flows both ways. */

import { describe, expect, it } from 'vitest';
import { asking, clientOf, page, pageRequest, proxyTo, upstreamOf } from '../support/one-route.ts';
import { ask } from '../support/raw-client.ts';
import {
  barrier,
  expectHead,
  expectRequest,
  expectText,
  type Script,
  send,
} from '../support/raw-upstream.ts';
import { type HeaderLine, values } from '../support/strict-parser.ts';
import { startTestApp } from '../support/test-app.ts';

function head(type: string): string {
  return `HTTP/1.1 200 OK\r\nContent-Type: ${type}\r\nCache-Control: no-cache\r\nTransfer-Encoding: chunked\r\n\r\n`;
}

function chunk(text: string): string {
  return `${text.length.toString(16)}\r\n${text}\r\n`;
}

const last = '0\r\n\r\n';
const mute: Script = [expectRequest, barrier('never')];

describe('an event stream', () => {
  it('UB-09 arrives event by event: the next is sent once the last has been seen', async () => {
    const events = Array.from({ length: 20 }, (_, i) => `id: ${i}\ndata: {"n":${i}}\n\n`);
    const upstream = await upstreamOf([
      expectRequest,
      send(head('text/event-stream')),
      ...events.flatMap((event, i) => [barrier(`event ${i}`), send(chunk(event))]),
      send(last),
    ]);
    const app = await proxyTo(upstream.origin);
    const headers: readonly HeaderLine[] = [
      ['Accept', 'text/event-stream'],
      ['Accept-Encoding', 'gzip, br'],
      ['Last-Event-ID', '41'],
    ];
    const client = await asking(app, 'GET /api/events', { headers });
    // The head comes before the first event, or EventSource would not open.
    await client.until('\r\n\r\n');
    for (const [i, event] of events.entries()) {
      upstream.release(`event ${i}`);
      await client.until(event);
    }
    const response = await client.response();
    expect(response.body.toString()).toBe(events.join(''));
    expect(values(response.headers, 'content-encoding')).toEqual([]);
    expect(values(response.headers, 'content-type')).toEqual(['text/event-stream']);
    expect(values(response.headers, 'cache-control')).toEqual(['no-cache']);
    expect(values(response.headers, 'access-control-allow-origin')).toEqual([page]);
    expect(values((await upstream.request(1)).headers, 'last-event-id')).toEqual(['41']);
  });

  const types = [
    'text/event-stream',
    'text/event-stream; charset=utf-8',
    'application/x-ndjson',
    'application/json-seq',
  ];
  it.each(types)('UB-08 of %s may be silent for longer than timeouts.body', async (type) => {
    const events = await upstreamOf([
      expectRequest,
      send(`${head(type)}${chunk('data: 1\n\n')}`),
      barrier('silence'),
      send(`${chunk('data: 2\n\n')}${last}`),
    ]);
    const silent = await upstreamOf(mute);
    const app = await startTestApp({
      routes: [
        {
          match: '/api/**',
          target: events.origin,
          cors: { allowOrigin: page },
          timeouts: { headers: 50, body: 50 },
        },
        { match: '/mute', target: silent.origin, cors: { allowOrigin: page }, timeouts: { headers: 50 } },
      ],
    });
    const client = await asking(app, 'GET /api/events');
    await client.until('data: 1');
    // The clock: requests that each run into a timeout of the same length.
    for (let i = 0; i < 4; i += 1) {
      expect((await ask({ port: app.port }, pageRequest(app, 'GET /mute'))).status).toBe(504);
    }
    events.release('silence');
    expect((await client.response()).body.toString()).toBe('data: 1\n\ndata: 2\n\n');
  });

  it('UB-09 CL-02 that the page closes is closed to the upstream, silent or not', async () => {
    const upstream = await upstreamOf([
      expectRequest,
      send(`${head('text/event-stream')}${chunk('data: 1\n\n')}`),
    ]);
    const app = await proxyTo(upstream.origin);
    const client = await asking(app, 'GET /api/events');
    await client.until('data: 1');
    client.fin();
    expect(await upstream.closed(1)).not.toBe('open');
    expect(await app.exchange(1)).toMatchObject({ status: 200, outcome: 'client_abort', bytes: 9 });
  });
});

describe('bodies that flow', () => {
  it('chunked JSON arrives line by line', async () => {
    const upstream = await upstreamOf([
      expectRequest,
      send(`${head('application/json')}${chunk('[1')}`),
      barrier('more'),
      send(`${chunk(',2]')}${last}`),
    ]);
    const app = await proxyTo(upstream.origin);
    const client = await asking(app, 'GET /api/list');
    await client.until('[1');
    upstream.release('more');
    expect((await client.response()).body.toString()).toBe('[1,2]');
  });

  it('an upload goes up piece by piece, and an answer that begins before its end comes down', async () => {
    const upstream = await upstreamOf([
      expectHead,
      expectText('one'),
      send(`${head('text/plain')}${chunk('heard one;')}`),
      expectText('two'),
      send(`${chunk('heard two')}${last}`),
    ]);
    const app = await proxyTo(upstream.origin);
    const client = await clientOf(app);
    await client.write(
      pageRequest(app, 'POST /api/x', { headers: [['Transfer-Encoding', 'chunked']], body: chunk('one') }),
    );
    await client.until('heard one');
    await client.write(`${chunk('two')}${last}`);
    expect((await client.response({ method: 'POST' })).body.toString()).toBe('heard one;heard two');
  });

  it('a compressed body passes as it came', async () => {
    const squeezed = Buffer.from([0x1f, 0x8b, 0x08, 0x00, 0xff, 0x00, 0x80]);
    const upstream = await upstreamOf([
      expectRequest,
      send('HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 7\r\n\r\n'),
      send(squeezed),
    ]);
    const app = await proxyTo(upstream.origin);
    const client = await asking(app, 'GET /api/x', { headers: [['Accept-Encoding', 'gzip']] });
    const response = await client.response();
    expect([response.body.equals(squeezed), values(response.headers, 'content-encoding')]).toEqual([
      true,
      ['gzip'],
    ]);
    expect(values((await upstream.request(1)).headers, 'accept-encoding')).toEqual(['gzip']);
  });
});
