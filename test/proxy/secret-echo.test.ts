/**
 * An API that echoes its request gives the key to every page that may read the answer. Debug pages, frameworks in
 * development and a hostile API do; not only in a field of the final head, but wherever an answer has fields.
 */

import { describe, expect, it } from 'vitest';
import { get } from '../faults/expectations.ts';
import { page, type Stand, stand } from '../faults/stand.ts';
import { answering } from '../faults/wire.ts';
import { handshake } from '../support/websocket.ts';

const secret = 's3cr3t-k3y';
const echo = `X-Key: ${secret}\r\nX-Auth: Basic ${btoa(`me:${secret}`)}\r\nX-Url: /?k=s3cr3t%2Dk3y\r\nX-${secret}: 1\r\n`;
const body = 'Content-Length: 2\r\n\r\nok';

function standWith(answer: string): Promise<Stand> {
  return stand({
    script: answering(answer),
    route: { request: { headers: { Authorization: 'Bearer ${KEY}' } } },
    env: { KEY: secret },
  });
}

const traces = new RegExp(`${secret}|${btoa(`me:${secret}`).slice(8, 14)}|s3cr3t%2D`, 'i');

const answers: readonly (readonly [where: string, answer: string])[] = [
  ['the head', `HTTP/1.1 200 OK\r\nX-Kept: 1\r\n${echo}${body}`],
  ['the reason phrase', `HTTP/1.1 200 ${secret}\r\nX-Kept: 1\r\n${body}`],
  [
    'early hints',
    `HTTP/1.1 103 Early Hints\r\nX-Kept: 1\r\n${echo}Link: </?k=${secret}>\r\nLink: </a>; rel=preload\r\n\r\nHTTP/1.1 200 OK\r\n${body}`,
  ],
  [
    'trailers',
    `HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\nX-Kept: 1\r\n${echo}\r\n`,
  ],
  ['a redirect', `HTTP/1.1 302 Found\r\nX-Kept: 1\r\nLocation: /api/y?k=${secret}\r\n${body}`],
];

describe('a key that the API echoes', () => {
  it.each(answers)('in %s: the page never gets it, and the rest arrives', async (_, answer) => {
    const { client: connect, app, upstream } = await standWith(answer);
    const client = await connect();
    await get(client, '/api/x', ['TE: trailers']);
    expect(upstream.received(1).toString('latin1')).toContain(`Bearer ${secret}`);
    const received = client.received().toString('latin1');
    expect(received).toMatch(/X-Kept: 1/i);
    expect(received).not.toMatch(traces);
    expect(JSON.stringify(app.notices)).not.toMatch(traces);
  });

  it.each([
    [
      'that opens',
      `HTTP/1.1 101 ${secret}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nX-Kept: 1\r\n${echo}\r\n`,
    ],
    ['that does not', `HTTP/1.1 404 ${secret}\r\nX-Kept: 1\r\n${echo}${body}`],
    [
      'that switches to something else',
      `HTTP/1.1 101 X\r\nUpgrade: ${secret}\r\nConnection: Upgrade\r\n${echo}\r\n`,
    ],
  ])('in the answer to a handshake %s', async (how, answer) => {
    const { client: connect, app } = await standWith(answer);
    const client = await connect();
    await client.write(handshake(app, { origin: page }).toString('latin1'));
    await client.until(how === 'that switches to something else' ? 'requestId' : 'X-Kept: 1');
    await client.until('\r\n\r\n');
    expect(client.received().toString('latin1')).not.toMatch(traces);
    expect(JSON.stringify(app.notices)).not.toMatch(traces);
  });

  it('is said to the user once, by the names of the fields', async () => {
    const { client: connect, app } = await standWith(`HTTP/1.1 200 OK\r\n${echo}${body}`);
    const client = await connect();
    await get(client);
    expect(app.notices.map(({ message }) => message)).toEqual([
      'routes[0] "/api/**": dropped the response header X-Key: it echoes a secret of this route',
      'routes[0] "/api/**": dropped the response header X-Auth: it echoes a secret of this route',
      'routes[0] "/api/**": dropped the response header X-Url: it echoes a secret of this route',
      'routes[0] "/api/**": dropped the response header whose name holds it: it echoes a secret of this route',
    ]);
  });
});
