/**
 * The attack: a page that CORS keeps from reading an answer can still spend the key that is added on the way, by an
 * image, a script, a link or a navigation, none of which sends an Origin. Only Sec-Fetch-Site tells it from curl.
 */

import { describe, expect, it } from 'vitest';
import { refuseAtSecretGate } from '../../src/guard/secret-gate.ts';
import { readFacts } from '../../src/http/request-facts.ts';
import { type Fields, headerList } from '../support/ruleset.ts';

function gate(fields: Fields, { hidesDotSegment = false } = {}) {
  return refuseAtSecretGate({
    facts: readFacts(headerList(fields)),
    hidesDotSegment,
    secretNames: ['API_KEY', 'OTHER'],
  });
}

type Row = readonly [name: string, fields: Fields, status: number | 'passed'];

const rows: readonly Row[] = [
  ['curl: neither Origin nor Sec-Fetch-Site', {}, 'passed'],
  ['an address typed into the browser', { 'Sec-Fetch-Site': 'none', 'Sec-Fetch-Mode': 'navigate' }, 'passed'],
  ['a page of this very origin', { 'Sec-Fetch-Site': 'same-origin' }, 'passed'],
  [
    'a listed origin across sites: the decision on it fell before',
    { Origin: 'https://app.test', 'Sec-Fetch-Site': 'cross-site' },
    'passed',
  ],
  [
    'an image, a script or a link of another site',
    { 'Sec-Fetch-Site': 'cross-site', 'Sec-Fetch-Mode': 'no-cors' },
    403,
  ],
  ['a navigation from another site', { 'Sec-Fetch-Site': 'cross-site', 'Sec-Fetch-Mode': 'navigate' }, 403],
  ['an image of another localhost port: same-site is not trust', { 'Sec-Fetch-Site': 'same-site' }, 403],
  ['a value that no browser sends', { 'Sec-Fetch-Site': 'friendly' }, 403],
  ['the right value in the wrong case', { 'Sec-Fetch-Site': 'Same-Origin' }, 403],
  ['the right value beside a wrong one', { 'Sec-Fetch-Site': ['same-origin', 'cross-site'] }, 403],
  ['an empty value', { 'Sec-Fetch-Site': '' }, 403],
  ['a request that came through another proxy', { 'X-Forwarded-For': '203.0.113.9' }, 403],
  ['the same, said in the standard way', { Forwarded: 'for=203.0.113.9' }, 403],
  [
    'the same with a listed origin: who speaks cannot be seen',
    { Origin: 'http://localhost:5173', 'X-Forwarded-For': '' },
    403,
  ],
];

describe('the gate of a route that carries a secret', () => {
  it.each(rows)('%s', (_, fields, status) => {
    expect(gate(fields)?.status ?? 'passed').toBe(status);
  });

  it('refuses a hidden dot segment, which leads an upstream that decodes out of the route', () => {
    expect(gate({}, { hidesDotSegment: true })?.status).toBe(400);
  });

  it.each([
    ['a cross-site request', gate({ 'Sec-Fetch-Site': 'cross-site' })],
    ['a forwarded request', gate({ Forwarded: '' })],
    ['a hidden dot segment', gate({}, { hidesDotSegment: true })],
  ])('says no more in the body than the status: %s', (_, refusal) => {
    expect(refusal?.quiet).toBe(true);
  });

  it('names the field that gave another proxy away, and its value', () => {
    expect(gate({ 'X-Forwarded-For': '203.0.113.9' })?.detail).toContain('X-Forwarded-For: 203.0.113.9');
    expect(gate({ forwarded: 'for=203.0.113.9' })?.detail).toContain('forwarded: for=203.0.113.9');
  });

  it('names the secret, never its value, for the terminal', () => {
    expect(gate({ 'Sec-Fetch-Site': 'cross-site' })?.detail).toContain('API_KEY, OTHER');
  });
});
