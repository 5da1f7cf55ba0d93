import { describe, expect, it } from 'vitest';
import type { NearMiss } from '../../src/cors/decision.ts';
import { nearMiss } from '../../src/cors/near-miss.ts';
import { expectLinear } from '../support/linear.ts';
import { randomTexts } from '../support/random-text.ts';

const page = 'http://localhost:5173';

type Row = readonly [
  name: string,
  origin: string,
  listed: readonly string[],
  slip: NearMiss['differsIn'] | 'none',
];

const rows: readonly Row[] = [
  ['a slash at the end', `${page}/`, [page], 'trailing-slash'],
  ['upper case', 'http://LOCALHOST:5173', [page], 'case'],
  ['the default port of http', 'http://a.test:80', ['http://a.test'], 'default-port'],
  ['the default port of https', 'https://a.test:443', ['https://a.test'], 'default-port'],
  [
    'the default port of the other scheme is a port like others',
    'http://a.test:443',
    ['http://a.test'],
    'port',
  ],
  ['another port', 'http://localhost:5174', [page], 'port'],
  ['no port', 'http://localhost', [page], 'port'],
  ['another scheme', 'https://localhost:5173', [page], 'scheme'],
  ['127.0.0.1 in place of localhost', 'http://127.0.0.1:5173', [page], 'host'],
  ['[::1] in place of 127.0.0.1', 'http://[::1]:5173', ['http://127.0.0.1:5173'], 'host'],
  ['another machine is no slip', 'http://a.test:5173', ['http://b.test:5173'], 'none'],
  ['two differences are no slip', 'https://localhost:1', [page], 'none'],
  ['a subdomain is no slip', 'http://a.localhost.test:5173', ['http://localhost.test:5173'], 'none'],
  ['null is nobody’s slip', 'null', [page], 'none'],
  ['nothing listed', page, [], 'none'],
  ['a pattern is not compared', 'http://localhost:1', ['https://*.localhost'], 'none'],
];

describe('the listed origin that was probably meant', () => {
  it.each(rows)('%s: %s', (_, origin, listed, slip) => {
    expect(nearMiss(origin, listed)?.differsIn ?? 'none').toBe(slip);
  });

  it('is the first of the list that differs in one part', () => {
    const listed = ['https://far.test', 'http://localhost:3000', page];
    expect(nearMiss('http://localhost:5174', listed)).toEqual({
      listed: 'http://localhost:3000',
      differsIn: 'port',
    });
  });

  it('is looked for in any text without throwing', () => {
    for (const text of randomTexts(2000, [
      'http',
      '://',
      'localhost',
      ':',
      '5173',
      '80',
      '/',
      'LOCAL',
      '[::1]',
    ])) {
      expect(() => nearMiss(text, [page, 'null', 'http://localhost:*'])).not.toThrow();
    }
  });

  it.each([
    ['ports', ':1'],
    ['digits', '1'],
    ['slashes', '/'],
  ])('64 KB of %s cost no more for their number', (_, piece) => {
    expectLinear(
      (length) => `http://a${piece.repeat(length / piece.length)}x`,
      (text) => nearMiss(text, [page]),
    );
  });
});
