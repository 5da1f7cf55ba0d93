import { describe, expect, it } from 'vitest';
import { cookieRows, type Listening, setCookieRows } from '../../../src/observe/inspector/cookie-fate.ts';

const usual: Listening = {
  scheme: 'http',
  host: 'localhost',
  site: 'same',
  cookies: 'pass',
  handling: 'rewrite',
  way: 'key',
};

type Row = readonly [
  it: string,
  before: string,
  after: string,
  listening: Partial<Listening>,
  fate: string,
  notes: RegExp,
];

const rows: readonly Row[] = [
  ['one that is kept as it is', 'a=1; Path=/', 'a=1; Path=/', {}, 'kept', /^$/],
  [
    'one that lost its Domain',
    'a=1; Domain=api.test',
    'a=1',
    {},
    'changed',
    /^Domain: api.test → none, so that it belongs/,
  ],
  [
    'one whose path is another',
    'a=1; Path=/v1',
    'a=1; Path=/pay/v1',
    {},
    'changed',
    /^Path: \/v1 → \/pay\/v1/,
  ],
  [
    'one that was dropped for want of credentials',
    'a=1',
    '',
    { cookies: 'strip' },
    'dropped',
    /allowCredentials is off/,
  ],
  ['one that the route drops', 'a=1', '', { handling: 'drop' }, 'dropped', /response\.cookies is "drop"/],
  ['one that held a secret', 'a=***', '', {}, 'dropped', /a secret of this route/],
  [
    'one for another host, kept as it was',
    'a=1; Domain=api.test',
    'a=1; Domain=api.test',
    { handling: 'keep' },
    'kept',
    /the browser drops it: Domain api\.test is not localhost/,
  ],
  [
    'SameSite=None without Secure',
    'a=1; SameSite=None',
    'a=1; SameSite=None',
    { handling: 'keep' },
    'kept',
    /SameSite=None needs Secure/,
  ],
  [
    'Secure on http under a name',
    'a=1; Secure',
    'a=1; Secure',
    { handling: 'keep', host: 'app.dev.test' },
    'kept',
    /Secure needs https/,
  ],
  [
    'Secure on http on localhost, which browsers but one keep',
    'a=1; Secure',
    'a=1; Secure',
    { handling: 'keep' },
    'kept',
    /^$/,
  ],
  [
    'a prefix that needs Secure',
    '__Host-a=1; Secure; Path=/',
    '__Host-a=1; Secure; Path=/',
    {},
    'kept',
    /Safari drops it on http/,
  ],
];

describe('a cookie of the API', () => {
  it.each(rows)('%s', (_, before, after, listening, fate, notes) => {
    const [row] = setCookieRows([before], after === '' ? [] : [after], { ...usual, ...listening });
    expect([row?.fate, row?.after]).toEqual([fate, after]);
    expect(row?.notes.join('; ')).toMatch(notes);
  });

  it('is found again among others, in their order', () => {
    const before = ['a=1; Secure', 'b=2', 'a=1; Path=/x'];
    const fates = setCookieRows(before, ['a=1', 'a=1; Path=/x'], usual).map(({ fate }) => fate);
    expect(fates).toEqual(['changed', 'dropped', 'kept']);
  });
});

describe('a cookie of the page', () => {
  it('goes up or does not', () => {
    const up = cookieRows(['a=1; b=2'], ['a=1'], { cookies: 'pass' });
    expect(up.map(({ name, fate }) => `${name} ${fate}`)).toEqual(['a kept', 'b dropped']);
    const stripped = cookieRows(['a=1'], [], { cookies: 'strip' });
    expect(stripped[0]?.notes).toEqual(['not sent up: allowCredentials is off, or another page speaks']);
  });
});
