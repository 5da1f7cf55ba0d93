/** What would have happened without the proxy: what the API's answer proves, and no more. */

import { execFileSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { withoutSteps } from '../../../src/observe/inspector/without-proxy.ts';
import { type Fields, request, response, rulesetOf } from '../../support/ruleset.ts';
import { exchangeOf, refusedConnection } from '../exchange-of.ts';

const page = 'http://localhost:5173';

const rules = rulesetOf(
  {
    routes: [
      { match: '/own/**', target: 'https://api.test/v1', stripPrefix: '/own', preflight: 'forward' },
      { match: '/**', target: 'https://api.test/v1', websocket: false, cors: { allowOrigin: page } },
    ],
  },
  {},
);

const open: Fields = { 'Access-Control-Allow-Origin': '*' };
const exact: Fields = { 'Access-Control-Allow-Origin': page, 'Access-Control-Allow-Credentials': 'true' };
const json: Fields = { 'Content-Type': 'application/json' };

interface Row {
  readonly it: string;
  readonly asked: string;
  readonly fields?: Fields;
  readonly api?: Fields;
  readonly says: string;
  readonly command?: string;
}

const rows: readonly Row[] = [
  {
    it: 'a GET that an open API answers is readable: no browser asks first',
    asked: 'GET /x',
    api: exact,
    says: '✓ the browser lets the page read the answer, with credentials too',
  },
  {
    it: 'a form is sent unasked',
    asked: 'POST /x',
    fields: { 'Content-Type': 'application/x-www-form-urlencoded' },
    api: exact,
    says: '✓ the browser lets the page read the answer, with credentials too',
  },
  {
    it: 'what a browser writes unasked is no cause for a preflight',
    asked: 'GET /x',
    fields: {
      'User-Agent': 'Mozilla/5.0 (x)',
      'Cache-Control': 'no-cache',
      Priority: 'u=1, i',
      'If-None-Match': '"1"',
    },
    api: exact,
    says: '✓ the browser lets the page read the answer, with credentials too',
  },
  {
    it: 'an API without CORS headers is blocked',
    asked: 'GET /x',
    api: {},
    says: "✗ blocked: No 'Access-Control-Allow-Origin' header is present on the requested resource.",
  },
  {
    it: 'a PUT needs a preflight that nobody put to the API: not known, whatever it answered to the PUT',
    asked: 'PUT /x?a=1&b=2',
    api: open,
    says: '– not known: the browser would have asked the API first, because of method PUT, and here this proxy answered. The command sends the PUT itself too, without its body, once the preflight allows it',
    command: `cors-proxy probe 'https://api.test/v1/x?a=1&b=2' --origin ${page} --method PUT`,
  },
  {
    it: 'JSON needs one, too',
    asked: 'POST /x',
    fields: json,
    api: exact,
    says: '– not known: the browser would have asked the API first, because of header content-type, and here this proxy answered. The command sends the POST itself too, without its body, once the preflight allows it',
    command: `cors-proxy probe https://api.test/v1/x --origin ${page} --method POST -H 'content-type: application/json'`,
  },
  {
    it: 'a header of its own on a GET needs one, and such a command changes nothing',
    asked: 'GET /x',
    fields: { 'X-Trace': 'a' },
    api: open,
    says: '– not known: the browser would have asked the API first, because of header x-trace, and here this proxy answered',
    command: `cors-proxy probe https://api.test/v1/x --origin ${page} -H 'x-trace: a'`,
  },
  {
    it: 'what is masked stays masked in the command, and its reader is told',
    asked: 'GET /x?token=abc',
    fields: { Authorization: 'Bearer abc', Cookie: 'sid=abc' },
    api: exact,
    says: '– not known: the browser would have asked the API first, because of header authorization, and here this proxy answered. Put the value in for ***',
    command: `cors-proxy probe 'https://api.test/v1/x?token=***' --origin ${page} -H 'authorization: Bearer ***' --credentials`,
  },
  {
    it: 'a PUT that could not be read even so is blocked for certain',
    asked: 'PUT /x',
    api: {},
    says: "✗ blocked, whatever it answers to a preflight: No 'Access-Control-Allow-Origin' header is present on the requested resource.",
  },
  {
    it: 'where the route passes preflights on, the answer stands beside the request',
    asked: 'PUT /own/x',
    api: open,
    says: '– the browser would have asked the API first, because of method PUT, and gone by its answer: this route passes preflights on',
  },
  {
    it: 'a preflight that was passed on is judged as one',
    asked: 'OPTIONS /own/x',
    fields: { 'Access-Control-Request-Method': 'PUT' },
    api: open,
    says: '✗ blocked: Method PUT is not allowed by Access-Control-Allow-Methods in preflight response.',
  },
  {
    it: 'and may pass',
    asked: 'OPTIONS /own/x',
    fields: { 'Access-Control-Request-Method': 'PUT', 'Access-Control-Request-Headers': 'x-a' },
    api: { ...open, 'Access-Control-Allow-Methods': 'PUT', 'Access-Control-Allow-Headers': 'X-A' },
    says: '✓ the browser sends the request itself next',
  },
  {
    it: 'a preflight that was answered here says nothing of the API',
    asked: 'OPTIONS /x',
    fields: { 'Access-Control-Request-Method': 'PUT' },
    says: '– the API would have had to answer this preflight itself; it was not asked here',
  },
];

describe('without the proxy', () => {
  it.each(rows)('$it', ({ asked, fields = {}, api = {}, says, command = '' }) => {
    const head = request(asked, { Origin: page, ...fields });
    const [step] = withoutSteps(exchangeOf(head, rules, { upstream: response(200, api) }));
    expect([`${step?.mark} ${step?.text}`, step?.command]).toEqual([says, command]);
  });

  it('no page asked: nothing would have been different', () => {
    const [step] = withoutSteps(exchangeOf(request('PUT /x'), rules));
    expect(step?.text).toBe('the same: no page of another origin asked');
  });

  it('the API gave no answer: nothing is known, and no command is shown', () => {
    const [step] = withoutSteps(exchangeOf(request('PUT /x', { Origin: page }), rules, refusedConnection));
    expect(step).toEqual({
      mark: '–',
      text: 'not known: the API gave no answer',
      place: '',
      mend: '',
      command: '',
    });
  });

  // The attack: a page's header runs a command when a developer pastes the shown one into a shell.
  it('quotes what a page wrote', () => {
    const nasty = `'; touch /tmp/owned; echo '$(id) \`id\``;
    const head = request('GET /x', { Origin: page, 'X-A': nasty });
    const [step] = withoutSteps(exchangeOf(head, rules, { upstream: response(200, open) }));
    const words = step?.command.replace('cors-proxy probe', '') ?? '';
    const out = execFileSync('/bin/sh', ['-c', `for word in ${words}; do printf '%s\\n' "$word"; done`]);
    expect(out.toString().split('\n')).toContain(`x-a: ${nasty}`);
  });
});
