/**
 * Conversations in which a fuzz run broke an invariant once: the bytes, and what went wrong. Those that need two answers
 * in a certain order are told in `test/proxy/pipelining.test.ts`.
 */

import { describe, expect, it } from 'vitest';
import type { Answer, FuzzCase } from './fuzz-case.ts';
import { plainAnswer } from './messages.ts';
import { playAlone } from './run.ts';

const name = 'k0e';
const host = 'Host: localhost\r\nOrigin: http://app.localhost:5173\r\n';
const get = `GET /api/${name} HTTP/1.1\r\n${host}\r\n`;
const handshake = `GET /api/${name} HTTP/1.1\r\n${host}Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n`;

function requests(packets: readonly string[]): FuzzCase {
  return {
    kind: 'requests',
    name,
    client: { packets, second: '', probe: 'at once', leave: 'fin' },
    answers: [],
  };
}

function answered(packets: readonly string[], ...answers: readonly string[]): FuzzCase {
  const toAnswer = (packet: string): Answer => ({ when: 'request', packets: [packet], end: 'stay' });
  return { ...requests(packets), kind: 'responses', answers: answers.map(toAnswer) };
}

const rows: readonly (readonly [sentence: string, fuzzCase: FuzzCase])[] = [
  [
    'what was pipelined behind a request with two Hosts went up, after our last word',
    requests([`GET /api/${name} HTTP/1.1\r\n${host}Host: localhost\r\n\r\n${get}`]),
  ],
  [
    'an answer to a handshake that never ends held both connections, also when the client had left',
    answered([handshake], `HTTP/1.1 600 No\r\nUpgrade: websocket\r\n\r\nhello`),
  ],
  [
    'a redirect that is followed and never ends had no deadline',
    answered(
      [`GET /follow/${name} HTTP/1.1\r\n${host}\r\n`],
      'HTTP/1.1 301 Moved\r\nLocation: /follow/x\r\nContent-Length: 14\r\n\r\n',
    ),
  ],
  ['a message in order is not a finding', answered([get], plainAnswer(name, 'GET'))],
];

describe('what a fuzz run found once', () => {
  it.each(rows)('%s', async (_sentence, fuzzCase) => {
    expect(await playAlone(fuzzCase)).toEqual([]);
  });
});
