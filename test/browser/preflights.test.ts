/** Which requests Chromium asks for first, that we answer it, and that the API hears of the request alone. */

import { describe, expect, it } from 'vitest';
import { preflightNeed } from '../../src/http/preflight-need.ts';
import { load } from './loads.ts';
import { type FetchInit, fetchFrom } from './page-origin.ts';
import { tableRoutes } from './rules.ts';
import { type Scheme, schemes, useStage } from './stage.ts';
import { tell } from './told-api.ts';

const theStage = useStage(tableRoutes);

/** What the proxy was asked on a path, once `count` exchanges have ended. */
async function asked(scheme: Scheme, path: string, count: number): Promise<readonly string[]> {
  const exchanges = () =>
    theStage().proxies[scheme].exchanges.filter(({ head }) => head.target.split('?', 1)[0] === path);
  await expect.poll(() => exchanges().length).toBeGreaterThanOrEqual(count);
  return exchanges().map(({ head, status }) => `${head.method} ${status}`);
}

function slug(text: string): string {
  return text.replaceAll(/[^a-z0-9]+/gi, '-');
}

const json = { 'Content-Type': 'application/json' };

type Ask = readonly [what: string, init: FetchInit];

const askedFirst: readonly Ask[] = [
  ['a PUT', { method: 'PUT', body: 'x' }],
  ['a PATCH', { method: 'PATCH', body: 'x' }],
  ['a DELETE', { method: 'DELETE' }],
  ['a DELETE written in lower case, which fetch upper-cases', { method: 'delete' }],
  ['an OPTIONS of the page itself', { method: 'OPTIONS' }],
  ['a WebDAV method', { method: 'PROPFIND' }],
  ['a POST of JSON', { method: 'POST', headers: json, body: '{}' }],
  ['a GET with Authorization', { headers: { Authorization: 'Bearer t' } }],
  ['a GET with a header of its own', { headers: { 'X-Requested-With': 'fetch' } }],
  ['a GET with Cache-Control', { headers: { 'Cache-Control': 'no-cache' } }],
  ['a GET with If-None-Match', { headers: { 'If-None-Match': '"a1"' } }],
  ['a GET with a Range of two parts', { headers: { Range: 'bytes=0-1,4-5' } }],
  ['a GET with an Accept of 129 bytes', { headers: { Accept: 'a'.repeat(129) } }],
  ['a HEAD with a header of its own', { method: 'HEAD', headers: { 'X-Own': '1' } }],
  ['a request with 40 headers', { headers: manyHeaders(40) }],
  [
    'a request with Content-Type, Authorization and more',
    { method: 'PUT', headers: { ...json, ...manyHeaders(3) }, body: '{}' },
  ],
];

const sentAtOnce: readonly Ask[] = [
  ['a GET', {}],
  ['a HEAD', { method: 'HEAD' }],
  ['a POST of text', { method: 'POST', headers: { 'Content-Type': 'text/plain;charset=utf-8' }, body: 'x' }],
  [
    'a POST of a form',
    { method: 'POST', headers: { 'Content-Type': 'application/x-www-form-urlencoded' }, body: 'a=1' },
  ],
  ['a GET with Accept and Accept-Language', { headers: { Accept: 'text/csv', 'Accept-Language': 'de' } }],
  ['a GET with a Range of one part', { headers: { Range: 'bytes=0-1' } }],
];

describe.each(schemes)('over %s', (scheme) => {
  const url = (path: string, told = {}) => theStage().proxies[scheme].url + tell(path, told);

  it.each(askedFirst)('asked first is %s, and the API hears of it alone', async (what, init) => {
    const path = `/first-${scheme}-${slug(what)}`;
    const fetched = await fetchFrom(await theStage().page('localhost'), url(`/plain${path}`), init);
    expect(fetched).toMatchObject({ status: 200, error: '' });
    const method = init.method === 'delete' ? 'DELETE' : (init.method ?? 'GET');
    expect(await asked(scheme, `/plain${path}`, 2)).toEqual(['OPTIONS 204', `${method} 200`]);
    expect(
      theStage()
        .api.seenAt(path)
        .map((seen) => seen.method),
    ).toEqual([method]);
    expect(preflightNeed(method, Object.entries(init.headers ?? {}).flat()).because).not.toEqual([]);
  });

  it.each(sentAtOnce)('sent at once is %s', async (what, init) => {
    const path = `/plain/once-${scheme}-${slug(what)}`;
    expect(await fetchFrom(await theStage().page('localhost'), url(path), init)).toMatchObject({
      status: 200,
    });
    expect(await asked(scheme, path, 1)).toEqual([`${init.method ?? 'GET'} 200`]);
    expect(preflightNeed(init.method ?? 'GET', Object.entries(init.headers ?? {}).flat()).because).toEqual(
      [],
    );
  });

  it.each([
    ['a listed method', { method: 'PATCH' }],
    ['a listed header', { headers: { 'X-Known': '1' } }],
    ['a listed header in another case', { headers: { 'x-KNOWN': '1' } }],
    ['Content-Type, which belongs to every list', { method: 'POST', headers: json, body: '{}' }],
  ] satisfies Ask[])('passes under lists: %s', async (what, init) => {
    const path = `/strict/${slug(what)}`;
    expect(await fetchFrom(await theStage().page('localhost'), url(path), init)).toMatchObject({
      status: 200,
    });
    expect((await asked(scheme, path, 2))[0]).toBe('OPTIONS 204');
  });

  it.each([
    ['"*" for methods', { method: 'PUT', credentials: 'include' }],
    ['"*" for headers', { headers: { 'X-Own': '1' }, credentials: 'include' }],
    ['"*" for Authorization', { headers: { Authorization: 'Bearer t' }, credentials: 'include' }],
  ] satisfies Ask[])('passes with credentials: %s, where a literal "*" would not', async (_what, init) => {
    const fetched = await fetchFrom(await theStage().page('localhost'), url('/login/wild'), init);
    expect(fetched).toMatchObject({ status: 200, error: '' });
  });

  it.each([
    ['maxAge 600: once for two', 'remembered', 1],
    ['maxAge 0: twice for two', 'forgotten', 2],
    ['no maxAge, which means five seconds: once for two', 'plain', 1],
  ] as const)('asks under %s', async (_what, route, times) => {
    const page = await theStage().page('localhost');
    const path = `/${route}/twice`;
    await fetchFrom(page, url(path), { method: 'PUT' });
    await fetchFrom(page, url(path), { method: 'PUT' });
    const all = await asked(scheme, path, 2 + times);
    expect(all.filter((one) => one === 'OPTIONS 204')).toHaveLength(times);
  });

  it('passes for a path without a route, so that the page reads our 404', async () => {
    const page = await theStage().page('localhost');
    const fetched = await fetchFrom(page, url('/nowhere'), { method: 'PUT', headers: json, body: '{}' });
    expect(fetched).toMatchObject({ status: 404, error: '' });
    expect(JSON.parse(fetched.body)).toMatchObject({ code: 'destination_not_found' });
  });

  it('an upload listener alone makes one, and upload progress arrives', async () => {
    const path = `/upload-${scheme}`;
    const body = 'x'.repeat(300_000);
    const ask = { url: url(`/plain${path}`, { act: 'echo' }), method: 'POST', body, watchesUpload: true };
    const read = await load(await theStage().page('localhost'), 'xhr', ask);
    expect(read).toMatchObject({ ended: 'load', status: 200, uploaded: 300_000 });
    expect(await asked(scheme, `/plain${path}`, 2)).toEqual(['OPTIONS 204', 'POST 200']);
    expect(theStage().api.seenAt(path)[0]?.body.length).toBe(300_000);
  });

  it('the request of a preflight carries what the page wrote, and the preflight no cookie', async () => {
    const page = await theStage().page('localhost');
    const path = `/carried-${scheme}`;
    const init = { method: 'PUT', headers: { ...json, Authorization: 'Bearer t' }, body: '{"a":1}' };
    const { body } = await fetchFrom(page, url(`/plain${path}`, { act: 'echo' }), init);
    expect(JSON.parse(body)).toMatchObject({
      method: 'PUT',
      body: '{"a":1}',
      headers: {
        authorization: 'Bearer t',
        'content-type': 'application/json',
        origin: theStage().origins.localhost,
      },
    });
  });
});

function manyHeaders(count: number): Record<string, string> {
  return Object.fromEntries(Array.from({ length: count }, (_, i) => [`X-Own-${i}`, String(i)]));
}
