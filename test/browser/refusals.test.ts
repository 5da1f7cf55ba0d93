/** What Chromium's console says of each refusal, word for word, and what `explain` said that it would say. */

import { describe, expect, it } from 'vitest';
import { answer } from '../../src/cli/explain/answer.ts';
import { readPasted } from '../../src/cli/explain/pasted.ts';
import { explanationOf } from '../../src/observe/cors-verdict.ts';
import { load } from './loads.ts';
import { type FetchInit, fetchFrom } from './page-origin.ts';
import { tableRoutes } from './rules.ts';
import { blockedBecause, type Origins, redLine, type Scheme, schemes, useStage } from './stage.ts';

const theStage = useStage(tableRoutes);

const missing = "No 'Access-Control-Allow-Origin' header is present on the requested resource.";
const wildcard =
  "The value of the 'Access-Control-Allow-Origin' header in the response must not be the wildcard '*' when the request's credentials mode is 'include'.";
const untrusted =
  "The value of the 'Access-Control-Allow-Credentials' header in the response is '' which must be 'true' when the request's credentials mode is 'include'.";
const atPreflight = "Response to preflight request doesn't pass access control check: ";

interface Row {
  readonly it: string;
  readonly from: keyof Origins;
  readonly route: string;
  readonly init: FetchInit;
  readonly says: string;
}

const include = { credentials: 'include' } as const;

const rows: readonly Row[] = [
  { it: 'a GET from another port', from: 'otherPort', route: 'plain', init: {}, says: missing },
  { it: 'a GET from 127.0.0.1', from: 'loopbackAddress', route: 'plain', init: {}, says: missing },
  { it: 'a GET from a name that leads here', from: 'named', route: 'plain', init: {}, says: missing },
  {
    it: 'a GET with credentials from another port',
    from: 'otherPort',
    route: 'login',
    init: include,
    says: missing,
  },
  {
    it: 'a PUT from another port',
    from: 'otherPort',
    route: 'plain',
    init: { method: 'PUT' },
    says: atPreflight + missing,
  },
  {
    it: 'a GET with a header from another port',
    from: 'otherPort',
    route: 'strict',
    init: { headers: { 'X-Known': '1' } },
    says: atPreflight + missing,
  },
  {
    it: 'a GET with credentials where they are not allowed',
    from: 'localhost',
    route: 'plain',
    init: include,
    says: untrusted,
  },
  {
    it: 'a PUT with credentials where they are not allowed',
    from: 'localhost',
    route: 'plain',
    init: { method: 'PUT', ...include },
    says: atPreflight + untrusted,
  },
  {
    it: 'a GET with credentials where every origin is',
    from: 'localhost',
    route: 'any',
    init: include,
    says: wildcard,
  },
  {
    it: 'a PUT with credentials where every origin is',
    from: 'localhost',
    route: 'any',
    init: { method: 'PUT', ...include },
    says: atPreflight + wildcard,
  },
  {
    it: 'a DELETE where PUT and PATCH are allowed',
    from: 'localhost',
    route: 'strict',
    init: { method: 'DELETE' },
    says: 'Method DELETE is not allowed by Access-Control-Allow-Methods in preflight response.',
  },
  {
    it: 'a "patch" in lower case, which fetch does not upper-case',
    from: 'localhost',
    route: 'strict',
    init: { method: 'patch' },
    says: 'Method patch is not allowed by Access-Control-Allow-Methods in preflight response.',
  },
  {
    it: 'a method that no HTTP parser here knows',
    from: 'localhost',
    route: 'any',
    init: { method: 'CHICKEN' },
    says: 'Method CHICKEN is not allowed by Access-Control-Allow-Methods in preflight response.',
  },
  {
    it: 'one header of two that is not listed',
    from: 'localhost',
    route: 'strict',
    init: { headers: { 'X-Known': '1', 'X-Unknown': '1' } },
    says: 'Request header field x-unknown is not allowed by Access-Control-Allow-Headers in preflight response.',
  },
  {
    it: 'a method and a header that are not listed: the method',
    from: 'localhost',
    route: 'strict',
    init: { method: 'DELETE', headers: { 'X-Unknown': '1' } },
    says: 'Method DELETE is not allowed by Access-Control-Allow-Methods in preflight response.',
  },
];

const sent = schemes.flatMap((scheme) => rows.map((row) => [row.it, scheme, row] as const));

describe('the console says what explain predicts of', () => {
  it.each(sent)('%s, over %s', async (name, scheme, { from, route, init, says }) => {
    const { origins, proxies, api } = theStage();
    const page = await theStage().page(from);
    const path = `/${route}/${name.replaceAll(/[^a-z0-9]+/gi, '-')}`;
    const url = proxies[scheme].url + path;

    expect(await fetchFrom(page, url, init)).toMatchObject({
      status: 0,
      error: 'TypeError: Failed to fetch',
    });
    expect(await blockedBecause(page, url)).toBe(says);
    expect(predicted({ origin: origins[from], path, init, scheme })).toBe(says);
    expect(api.seen().filter(({ method }) => method === 'OPTIONS')).toEqual([]);
  });

  it.each(sent)('%s, over %s, and explain reads that line back', async (name, scheme, row) => {
    const { from, route, init, says } = row;
    const { origins, proxies } = theStage();
    const page = await theStage().page(from);
    const url = `${proxies[scheme].url}/${route}/pasted-${name.replaceAll(/[^a-z0-9]+/gi, '-')}`;
    await fetchFrom(page, url, init);
    expect(readPasted(await redLine(page, url))).toEqual({
      url,
      origin: origins[from],
      method: /^Method (\S+)/.exec(says)?.[1],
      header: /^Request header field (\S+)/.exec(says)?.[1],
      credentials: says.includes("is 'include'") ? 'include' : 'omit',
      blockedAt: says.includes('preflight') ? 'preflight' : 'response',
    });
  });

  it.each(sent.filter(([, , { init }]) => init.credentials === undefined))(
    '%s, over %s, and so does the log',
    async (name, scheme, { route, says, from, init }) => {
      const { proxies } = theStage();
      const path = `/${route}/log-${name.replaceAll(/[^a-z0-9]+/gi, '-')}`;
      await fetchFrom(await theStage().page(from), proxies[scheme].url + path, init);
      await expect.poll(() => logged(scheme, path)).toBe(says);
    },
  );
});

function predicted(asked: { origin: string; path: string; init: FetchInit; scheme: Scheme }): string | null {
  const { origin, path, init, scheme } = asked;
  const { preflight, request } = answer(
    {
      method: init.method ?? 'GET',
      path,
      origin,
      headers: Object.entries(init.headers ?? {}).flat(),
      credentials: init.credentials === 'include' ? 'include' : 'omit',
    },
    theStage().proxies[scheme].app.ruleset(),
  );
  return preflight?.browserSays ?? request.browserSays;
}

/** What the log line of the exchange on that path says. */
function logged(scheme: Scheme, path: string): string | undefined {
  const exchange = theStage().proxies[scheme].exchanges.find(({ head }) => head.target === path);
  return exchange === undefined ? undefined : explanationOf(exchange)?.browserSays;
}

describe('the console says of', () => {
  const kinds: readonly (readonly [what: string, ask: (url: string) => Promise<unknown>, says: string])[] = [
    ['an XMLHttpRequest', (url) => elsewhere('xhr', { url }), missing],
    [
      'an XMLHttpRequest with an upload listener: the preflight',
      (url) => elsewhere('xhr', { url, method: 'POST', body: 'x', watchesUpload: true }),
      atPreflight + missing,
    ],
    ['an image with crossorigin', (url) => elsewhere('image', { url, crossOrigin: 'anonymous' }), missing],
    ['a module script', (url) => elsewhere('script', { url, type: 'module' }), missing],
    ['a font', (url) => elsewhere('font', { url }), missing],
    [
      'a style sheet with crossorigin',
      (url) => elsewhere('style', { url, crossOrigin: 'anonymous' }),
      missing,
    ],
    ['an event stream', (url) => elsewhere('events', { url, count: 1 }), missing],
    [
      'a beacon of JSON: the preflight',
      (url) => elsewhere('beacon', { url, type: 'application/json', body: '{}' }),
      atPreflight + missing,
    ],
    [
      'a fetch of a sandboxed frame',
      (url) => elsewhere('sandboxed', { script: `fetch('${url}').then(say, say)` }),
      missing,
    ],
  ];
  it.each(kinds)('%s from another port', async (what, ask, says) => {
    const { api, proxies } = theStage();
    const url = `${proxies.http.url}/plain/kind-${what.replaceAll(/[^a-z0-9]+/gi, '-')}`;
    const before = api.seen().length;
    await ask(url);
    const page = await theStage().page('otherPort');
    expect(await blockedBecause(page, url)).toBe(says);
    expect(readPasted(await redLine(page, url))?.url).toBe(url);
    expect(api.seen().slice(before)).toEqual([]);
  });

  it('two headers that are not listed: one of them, in an order of its own', async () => {
    const page = await theStage().page('localhost');
    const path = '/strict/two-headers';
    const url = theStage().proxies.http.url + path;
    const init = { headers: { 'X-Unknown': '1', Authorization: 'Bearer x' } };
    await fetchFrom(page, url, init);
    const either =
      /^Request header field (?:authorization|x-unknown) is not allowed by Access-Control-Allow-Headers in/;
    expect(await blockedBecause(page, url)).toMatch(either);
    expect(predicted({ origin: theStage().origins.localhost, path, init, scheme: 'http' })).toMatch(either);
  });

  it('an XMLHttpRequest with credentials: where they come from', async () => {
    const page = await theStage().page('localhost');
    const url = `${theStage().proxies.http.url}/plain/xhr-with-credentials`;
    await load(page, 'xhr', { url, withCredentials: true });
    expect(await blockedBecause(page, url)).toBe(
      `${untrusted} The credentials mode of requests initiated by the XMLHttpRequest is controlled by the withCredentials attribute.`,
    );
  });

  it('a socket from another port: the status alone, and the log the same', async () => {
    const page = await theStage().page('otherPort');
    const path = '/plain/socket';
    const says = 'Error during WebSocket handshake: Unexpected response code: 403';
    expect(await load(page, 'socket', { url: theStage().proxies.http.url + path })).toBe('refused');
    await expect
      .poll(() => page.console.some((line) => line.includes(path) && line.endsWith(says)))
      .toBe(true);
    expect(logged('http', path)).toBe(says);
    const { href } = new URL(path, theStage().proxies.http.url.replace('http:', 'ws:'));
    expect(readPasted(page.console.find((line) => line.includes(path)) ?? '')?.url).toBe(href);
  });
});

/** From a page that may not. */
async function elsewhere<Name extends Parameters<typeof load>[1]>(
  name: Name,
  ask: Parameters<typeof load<Name>>[2],
): Promise<unknown> {
  return load(await theStage().page('otherPort'), name, ask);
}
