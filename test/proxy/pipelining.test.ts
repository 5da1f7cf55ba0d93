/** Requests that do not wait for the answers in front of them: those go out in order, and each of them whole. */

import { describe, expect, it } from 'vitest';
import { asking, clientOf, pageRequest, proxyTo, upstreamOf } from '../support/one-route.ts';
import {
  barrier,
  expectHead,
  expectRequest,
  expectText,
  type Script,
  type Step,
  send,
} from '../support/raw-upstream.ts';

const answer = (body: string) => send(`HTTP/1.1 200 OK\r\nContent-Length: ${body.length}\r\n\r\n${body}`);

/** The first request is answered when `first` is released; the second one does what the script says. */
function behind(second: readonly Step[]): Script {
  return (connection) => (connection === 1 ? [expectRequest, barrier('first'), answer('first')] : second);
}

describe('what is said to a request that stands behind another waits for its turn', () => {
  it('a 103 stands in front of its own answer', async () => {
    const upstream = await upstreamOf(
      behind([
        expectRequest,
        send('HTTP/1.1 103 Early Hints\r\nLink: </a>; rel=preload\r\n\r\n'),
        barrier('hinted'),
        answer('second'),
      ]),
    );
    const app = await proxyTo(upstream.origin);
    const client = await asking(app, 'GET /api/1');
    await upstream.reached('first');
    await client.write(pageRequest(app, 'GET /api/2'));
    await upstream.reached('hinted');
    upstream.release('first');
    await client.until('103 Early Hints');
    upstream.release('hinted');
    expect((await client.response()).body.toString()).toBe('first');
    const second = await client.response();
    expect(second.body.toString()).toBe('second');
    expect(second.interim.map(({ status }) => status)).toEqual([103]);
  });

  it('a 100 Continue comes with its turn, and then the body', async () => {
    const upstream = await upstreamOf(
      behind([expectHead, barrier('asked'), expectText('later'), answer('second')]),
    );
    const app = await proxyTo(upstream.origin);
    const client = await asking(app, 'GET /api/1');
    await upstream.reached('first');
    const headers = [
      ['Expect', '100-continue'],
      ['Content-Length', '5'],
    ] as const;
    await client.write(pageRequest(app, 'POST /api/2', { headers }));
    await upstream.reached('asked');
    upstream.release('asked');
    upstream.release('first');
    await client.until('100 Continue');
    await client.write('later');
    expect((await client.response()).body.toString()).toBe('first');
    const second = await client.response();
    expect(second.body.toString()).toBe('second');
    expect(second.interim.map(({ status }) => status)).toEqual([100]);
  });

  it.each([
    ['103', 'HTTP/1.1 103 Early Hints\r\nLink: </a>; rel=preload\r\n\r\n', []],
    ['100', '', [['Expect', '100-continue']]],
  ] as const)('a %s is left out where the answer came first', async (_status, interim, headers) => {
    const upstream = await upstreamOf(behind([expectRequest, send(interim), answer('second')]));
    const app = await proxyTo(upstream.origin);
    const client = await asking(app, 'GET /api/1');
    await upstream.reached('first');
    await client.write(pageRequest(app, 'GET /api/2', { headers }));
    expect((await app.exchange(1)).head.target).toBe('/api/2');
    upstream.release('first');
    expect((await client.response()).body.toString()).toBe('first');
    const { body, interim: before } = await client.response();
    expect({ body: body.toString(), before }).toEqual({ body: 'second', before: [] });
  });

  it('an answer that was cut is cut, once those in front of it are whole', async () => {
    const upstream = await upstreamOf(
      behind([
        expectRequest,
        send('HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nsec'),
        barrier('cut'),
        { kind: 'fin' },
      ]),
    );
    const app = await proxyTo(upstream.origin);
    const client = await asking(app, 'GET /api/1');
    await upstream.reached('first');
    await client.write(pageRequest(app, 'GET /api/2'));
    await upstream.reached('cut');
    upstream.release('cut');
    expect(await app.exchange(1)).toMatchObject({ outcome: 'upstream_error', head: { target: '/api/2' } });
    upstream.release('first');
    expect((await client.response()).body.toString()).toBe('first');
    expect((await client.end()).ended).not.toBe('open');
    expect(client.unread().toString('latin1')).toMatch(/\r\n\r\nsec$/);
  });
});

/** RFC 9112 §9.6. A request that was smuggled behind a doubtful one would still be acted on. */
describe('behind our last word nothing is read as a request', () => {
  it.each([
    ['two Hosts', 'GET /api/1 HTTP/1.1\r\nHost: localhost\r\nHost: localhost\r\n\r\n', 400],
    ['a target that is too long', `GET /api/${'x'.repeat(17_000)} HTTP/1.1\r\nHost: localhost\r\n\r\n`, 414],
    [
      'an expectation that was not met',
      'POST /api/1 HTTP/1.1\r\nHost: localhost\r\nOrigin: http://evil.test\r\nExpect: 100-continue\r\nContent-Length: 1\r\n\r\nx',
      403,
    ],
  ])('%s', async (_what, bytes, status) => {
    const upstream = await upstreamOf([expectRequest, answer('never')]);
    const app = await proxyTo(upstream.origin);
    const client = await clientOf(app);
    await client.write(`${bytes}${pageRequest(app, 'GET /api/2').toString('latin1')}`);
    expect((await client.response()).status).toBe(status);
    expect((await client.end()).ended).toBe('fin');
    expect(client.unread().toString('latin1')).toBe('');
    expect(upstream.connections()).toBe(0);
    expect(app.exchanges).toHaveLength(1);
  });
});

describe('bytes that are no HTTP', () => {
  it('are answered behind the answers to all that came in front of them', async () => {
    const upstream = await upstreamOf((connection) => [
      expectRequest,
      barrier(`${connection}`),
      answer(`${connection}`),
    ]);
    const app = await proxyTo(upstream.origin);
    const client = await clientOf(app);
    const [one, none, two] = ['GET /api/1', 'GET /none', 'GET /api/2'].map((line) => pageRequest(app, line));
    await client.write(`${one}${none}${two}GET /api/3 HTTP/1.1\r\nX: 1\n\r\n`);
    await upstream.reached('1');
    await upstream.reached('2');
    upstream.release('1');
    expect((await client.response()).status).toBe(200);
    upstream.release('2');
    for (const status of [404, 200, 400]) expect((await client.response()).status).toBe(status);
    expect((await client.end()).ended).toBe('fin');
  });
});
