import { describe, expect, it } from 'vitest';
import { wantsPage } from '../../src/http/wants-page.ts';
import { type Fields, headerList } from '../support/ruleset.ts';

const navigated = 'text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,*/*;q=0.8';

const rows: readonly (readonly [it: string, fields: Fields, isPage: boolean])[] = [
  ['a navigation', { Accept: navigated, 'Sec-Fetch-Mode': 'navigate' }, true],
  ['a browser without Fetch Metadata', { Accept: navigated }, true],
  ['a fetch', { Accept: '*/*', 'Sec-Fetch-Mode': 'cors' }, false],
  ['a fetch that asks for HTML', { Accept: 'text/html', 'Sec-Fetch-Mode': 'cors' }, false],
  ['a script, an image', { Accept: '*/*', 'Sec-Fetch-Mode': 'no-cors' }, false],
  ['curl', { Accept: '*/*' }, false],
  ['a client without Accept', {}, false],
  ['a navigation that takes anything', { Accept: '*/*', 'Sec-Fetch-Mode': 'navigate' }, false],
  ['a client that likes JSON as well as HTML', { Accept: 'application/json, text/html' }, true],
  ['a client that likes JSON better', { Accept: 'application/json, text/html;q=0.5' }, false],
  ['a client that likes problems better', { Accept: 'text/html;q=0.9, application/problem+json' }, false],
  ['a client that refuses HTML', { Accept: 'text/html;q=0, */*' }, false],
  ['a weight that is none', { Accept: 'text/html;q=much' }, false],
  ['Accept on two lines, in capitals', { Accept: ['*/*;q=0.1', 'TEXT/HTML'] }, true],
];

describe('who wants a page', () => {
  it.each(rows)('%s', (_, fields, isPage) => {
    expect(wantsPage(headerList(fields))).toBe(isPage);
  });
});
