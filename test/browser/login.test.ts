/** Logging in through the proxy: cookies that the API made for its own name come back, from each kind of page to each kind of proxy. */

import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { launchProfile, type Profile } from '../support/chromium.ts';
import { type FetchInit, fetchFrom, type OpenedPage, openPageIn } from './page-origin.ts';
import { tableRoutes } from './rules.ts';
import { type Scheme, schemes, useStage } from './stage.ts';
import { type Told, tell } from './told-api.ts';

const theStage = useStage(tableRoutes);

const include: FetchInit = { credentials: 'include' };

/** The path under which the tables' API keeps its session. */
const account = '/account';

interface Browsing {
  readonly page: OpenedPage;
  readonly url: (path: string, told?: Told) => string;
}

let profile: Profile;
const pages = new Map<string, OpenedPage>();

beforeAll(async () => {
  profile = await launchProfile({ trusted: [theStage().certificate] });
}, 60_000);

afterAll(() => profile?.close());

/** A page in a window where third-party cookies pass, and none is left. */
async function browse(origin: 'localhost' | 'secure', scheme: Scheme): Promise<Browsing> {
  await profile.context.clearCookies();
  const page = pages.get(origin) ?? (await openPageIn(profile.context, theStage().origins[origin]));
  pages.set(origin, page);
  return { page, url: (path, told = {}) => theStage().proxies[scheme].url + tell(`/login${path}`, told) };
}

function logIn({ page, url }: Browsing, ...cookies: readonly string[]): Promise<unknown> {
  const told = { headers: { 'set-cookie': cookies } };
  return fetchFrom(page, url(`${account}/login`, told), { ...include, method: 'POST' });
}

/** The cookies that the API is sent on a path. */
async function sent({ page, url }: Browsing, path: string, init: FetchInit = include): Promise<string> {
  const { body } = await fetchFrom(page, url(path, { act: 'echo' }), init);
  const { headers } = JSON.parse(body) as { readonly headers: { readonly cookie?: string } };
  return headers.cookie ?? '';
}

const apiCookies = [
  'session=a1',
  'session=a1; Path=/; HttpOnly',
  'session=a1; Domain=api.example.com; Path=/; Secure; SameSite=None; HttpOnly',
  'session=a1; Domain=.example.com; Secure',
  'session=a1; SameSite=None',
  'session=a1; SameSite=Lax',
  'session=a1; SameSite=Strict; Secure',
  'session=a1; Path=/account; Secure; SameSite=None',
  'session=a1; Path=/; Max-Age=3600; SameSite=Lax',
  'session=a1; Path=/; Secure; SameSite=None; Partitioned',
  'session=a1; domain=api.example.com; path=/; secure; samesite=none',
];

const home = [
  ['an http page, an http proxy', 'localhost', 'http'],
  ['an https page, an https proxy', 'secure', 'https'],
  // Two schemes are two sites, for cookies (RFC 6265bis §5.2).
  ['an http page, an https proxy', 'localhost', 'https'],
] as const;

describe.each(home)('%s', (_what, origin, scheme) => {
  it.each(apiCookies)('after Set-Cookie: %s the next request is logged in', async (cookie) => {
    const browsing = await browse(origin, scheme);
    await logIn(browsing, cookie);
    expect(await sent(browsing, `${account}/me`)).toBe('session=a1');
  });

  it('the cookie comes back with credentials alone, and under its path alone', async () => {
    const browsing = await browse(origin, scheme);
    await logIn(
      browsing,
      `session=a1; Domain=api.example.com; Path=${account}; Secure; SameSite=None; HttpOnly`,
    );
    expect(await sent(browsing, `${account}/me`, { credentials: 'omit' })).toBe('');
    expect(await sent(browsing, `${account}/me`, { credentials: 'same-origin' })).toBe('');
    expect(await sent(browsing, '/elsewhere')).toBe('');
    expect(await sent(browsing, `${account}/me`, { ...include, method: 'PUT' })).toBe('session=a1');
  });

  it('several cookies in one answer, and a logout', async () => {
    const browsing = await browse(origin, scheme);
    await logIn(
      browsing,
      'session=a1; Path=/; Secure; SameSite=None',
      'theme=dark; Path=/; Secure; SameSite=None',
    );
    expect(await sent(browsing, '/me')).toBe('session=a1; theme=dark');
    await logIn(browsing, 'session=; Path=/; Max-Age=0; Secure; SameSite=None');
    expect(await sent(browsing, '/me')).toBe('theme=dark');
  });

  it('an answer without credentials leaves no cookie behind', async () => {
    const browsing = await browse(origin, scheme);
    const told = { headers: { 'set-cookie': 'session=a1; Path=/; Secure; SameSite=None' } };
    await fetchFrom(browsing.page, browsing.url('/login', told), { credentials: 'omit' });
    expect(await sent(browsing, '/me')).toBe('');
  });

  it('a cookie set by a redirect is there at its end', async () => {
    const browsing = await browse(origin, scheme);
    const location = tell('/me', { act: 'echo' });
    const headers = { location, 'set-cookie': 'session=a1; Path=/; Secure; SameSite=None' };
    const { body } = await fetchFrom(browsing.page, browsing.url('/in', { status: 303, headers }), {
      ...include,
      method: 'POST',
    });
    expect(JSON.parse(body)).toMatchObject({ method: 'GET', headers: { cookie: 'session=a1' } });
  });

  it('Clear-Site-Data of the API does not log the developer out of every localhost port', async () => {
    const browsing = await browse(origin, scheme);
    await logIn(browsing, 'session=a1; Path=/; Secure; SameSite=None');
    const told = { headers: { 'clear-site-data': '"cookies"' } };
    await fetchFrom(browsing.page, browsing.url('/logout', told), include);
    expect(await sent(browsing, '/me')).toBe('session=a1');
  });
});

describe.each(schemes)('over %s', (scheme) => {
  const origin = scheme === 'https' ? 'secure' : 'localhost';

  it.each(['__Host-session=a1; Path=/; Secure', '__Secure-session=a1; Path=/; Secure'])(
    'a cookie whose name makes demands is kept: %s',
    async (cookie) => {
      const browsing = await browse(origin, scheme);
      await logIn(browsing, cookie);
      expect(await sent(browsing, '/me')).toBe(cookie.split(';', 1)[0]);
    },
  );

  it('a route without allowCredentials neither stores nor sends', async () => {
    const browsing = await browse(origin, scheme);
    await logIn(browsing, 'session=a1; Path=/; Secure; SameSite=None');
    const proxy = theStage().proxies[scheme].url;
    await profile.context.addCookies([{ name: 'other', value: 'b2', url: proxy }]);
    const asked = proxy + tell('/plain/me', { act: 'echo', headers: { 'set-cookie': 'third=c3; Path=/' } });
    const { error } = await fetchFrom(browsing.page, asked, include);
    expect(error).toBe('TypeError: Failed to fetch');
    expect(theStage().api.seenAt('/me').at(-1)?.headers.cookie).toBeUndefined();
    const names = (await profile.context.cookies()).map(({ name }) => name);
    expect(names.sort()).toEqual(['other', 'session']);
  });

  it('in a private window, which blocks third-party cookies, a page of the same site is logged in all the same', async () => {
    const page = await theStage().page(origin);
    await page.page.context().clearCookies();
    const url = (path: string, told: Told = {}) =>
      theStage().proxies[scheme].url + tell(`/login${path}`, told);
    await logIn({ page, url }, 'session=a1; Domain=api.example.com; Path=/; Secure; SameSite=None');
    expect(await sent({ page, url }, '/me')).toBe('session=a1');
  });

  it('a page that may not gets no cookie from its refused login', async () => {
    const page = await theStage().open(theStage().origins.otherPort);
    onTestFinished(() => page.page.context().close());
    const asked =
      theStage().proxies[scheme].url + tell('/login/in', { headers: { 'set-cookie': 'session=a1' } });
    await fetchFrom(page, asked, { ...include, method: 'POST' });
    expect(await page.page.context().cookies()).toEqual([]);
  });
});

/** Third-party cookies are blocked there, but for partitioned ones. */
describe.each([
  ['an http page, an https proxy', 'localhost', 'https'],
  ['a page on 127.0.0.1, an http proxy on localhost', 'loopbackAddress', 'http'],
  ['a page on 127.0.0.1, an https proxy on localhost', 'loopbackAddress', 'https'],
] as const)('in a private window: %s', (_what, origin, scheme) => {
  async function browsePrivately(): Promise<Browsing> {
    const page = await theStage().page(origin);
    await page.page.context().clearCookies();
    return {
      page,
      url: (path, told = {}) => theStage().proxies[scheme].url + tell(`/login${path}`, told),
    };
  }

  it.each(apiCookies)('after Set-Cookie: %s the next request is logged in', async (cookie) => {
    const browsing = await browsePrivately();
    await logIn(browsing, cookie);
    expect(await sent(browsing, `${account}/me`)).toBe('session=a1');
  });

  it('a logout lets go of it', async () => {
    const browsing = await browsePrivately();
    await logIn(browsing, 'session=a1; Path=/');
    await logIn(browsing, 'session=; Path=/; Max-Age=0');
    expect(await sent(browsing, `${account}/me`)).toBe('');
  });
});
