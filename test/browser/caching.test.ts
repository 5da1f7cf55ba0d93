/** Stored answers: two origins, one URL; revalidation; what is never stored. Vary is what keeps a copy from the wrong page. */

import { describe, expect, it, onTestFinished } from 'vitest';
import { png } from './assets.ts';
import { load } from './loads.ts';
import { type FetchInit, fetchFrom, type OpenedPage } from './page-origin.ts';
import { tableRoutes } from './rules.ts';
import { schemes, useStage } from './stage.ts';
import { type Told, tell } from './told-api.ts';

const theStage = useStage(tableRoutes);

const fresh = { 'cache-control': 'max-age=600' };

describe.each(schemes)('over %s', (scheme) => {
  const url = (path: string, told: Told = {}) => theStage().proxies[scheme].url + tell(path, told);
  const asks = (path: string) => theStage().api.seenAt(path).length;

  /** Two pages of one browser, on two ports of localhost: for its cache they are one site. */
  async function twoPages(): Promise<readonly [OpenedPage, Pick<OpenedPage, 'page'>]> {
    const { origins } = theStage();
    const first = await theStage().open(origins.localhost);
    onTestFinished(() => first.page.context().close());
    const page = await first.page.context().newPage();
    await page.goto(origins.otherPort);
    return [first, { page }];
  }

  it('a stored answer is read again without asking the API', async () => {
    const page = await theStage().page('localhost');
    const path = `/stored-${scheme}`;
    for (let i = 0; i < 2; i += 1) {
      expect(await fetchFrom(page, url(`/plain${path}`, { headers: fresh }))).toMatchObject({ body: 'ok' });
    }
    expect(asks(path)).toBe(1);
  });

  it('an answer stored for one origin is asked for anew by the other, and both read it', async () => {
    const [first, second] = await twoPages();
    const path = `/two-origins-${scheme}`;
    const asked = url(`/shared${path}`, { headers: fresh });
    expect(await fetchFrom(first, asked)).toMatchObject({ status: 200, error: '' });
    expect(await fetchFrom(second, asked)).toMatchObject({ status: 200, error: '' });
    expect(asks(path)).toBe(2);
    expect(await fetchFrom(first, asked)).toMatchObject({ status: 200, error: '' });
  });

  it('under "*" one stored answer serves both origins', async () => {
    const [first, second] = await twoPages();
    const path = `/one-for-all-${scheme}`;
    const asked = url(`/any${path}`, { headers: fresh });
    expect(await fetchFrom(first, asked)).toMatchObject({ status: 200, error: '' });
    expect(await fetchFrom(second, asked)).toMatchObject({ status: 200, error: '' });
    expect(asks(path)).toBe(1);
  });

  it('an answer stored for one origin is not read by an origin that is not listed', async () => {
    const [first, second] = await twoPages();
    const asked = url('/plain/not-yours', { headers: fresh });
    expect(await fetchFrom(first, asked)).toMatchObject({ status: 200 });
    expect((await fetchFrom(second, asked)).error).toBe('TypeError: Failed to fetch');
    expect((await fetchFrom(second, asked, { cache: 'force-cache' })).error).toBe(
      'TypeError: Failed to fetch',
    );
  });

  it('a picture stored without Origin is not taken for the CORS request that follows', async () => {
    const page = await theStage().page('localhost');
    const path = `/picture-${scheme}`;
    const asked = url(`/plain${path}`, { bytes: png, headers: { ...fresh, 'content-type': 'image/png' } });
    expect(await load(page, 'image', { url: asked })).toBe('shown');
    expect(await fetchFrom(page, asked)).toMatchObject({ status: 200, error: '' });
    expect(asks(path)).toBe(2);
  });

  it("the API's own Vary counts too: another Accept is another answer", async () => {
    const page = await theStage().page('localhost');
    const path = `/negotiated-${scheme}`;
    const asked = url(`/plain${path}`, { headers: { ...fresh, vary: 'Accept' } });
    for (const Accept of ['text/csv', 'text/html']) await fetchFrom(page, asked, { headers: { Accept } });
    expect(asks(path)).toBe(2);
  });

  const etag = { etag: '"v1"', 'cache-control': 'no-cache' };
  const revalidating = (told: Told = {}): Told => ({
    act: 'revalidate',
    headers: etag,
    body: 'first',
    ...told,
  });

  it.each(['plain', 'exposed', 'any', 'login'])(
    'the browser revalidates by a 304, and the page reads a 200 with its body, on the route "%s"',
    async (route) => {
      const page = await theStage().page('localhost');
      const path = `/revalidated-${route}-${scheme}`;
      const init: FetchInit = route === 'login' ? { credentials: 'include' } : {};
      const asked = url(`/${route}${path}`, revalidating());
      await fetchFrom(page, asked, init);
      expect(await fetchFrom(page, asked, init)).toMatchObject({ status: 200, body: 'first', error: '' });
      expect(theStage().api.seenAt(path)[1]?.headers['if-none-match']).toBe('"v1"');
    },
  );

  it.each(['exposed', 'any'])(
    'after a 304 the exposed headers are still readable, on the route "%s"',
    async (route) => {
      const page = await theStage().page('localhost');
      const headers = { ...etag, 'x-total': '99' };
      const asked = url(`/${route}/still-${scheme}`, revalidating({ headers }));
      for (let i = 0; i < 2; i += 1) {
        const fetched = await fetchFrom(page, asked);
        expect(fetched.headers).toMatchObject({ etag: '"v1"', 'x-total': '99' });
      }
    },
  );

  it('another origin revalidates the stored copy, and reads it', async () => {
    const [first, second] = await twoPages();
    const asked = url('/shared/revalidated-by-other', revalidating());
    expect(await fetchFrom(first, asked)).toMatchObject({ status: 200, body: 'first' });
    expect(await fetchFrom(second, asked)).toMatchObject({ status: 200, body: 'first', error: '' });
    expect(await fetchFrom(first, asked)).toMatchObject({ status: 200, body: 'first', error: '' });
  });

  it('a 304 that the page asked for itself is a 304 that it can read', async () => {
    const page = await theStage().page('localhost');
    const asked = url('/plain/by-script', revalidating());
    const init = { headers: { 'If-None-Match': '"v1"' }, cache: 'no-store' } as const;
    expect(await fetchFrom(page, asked, init)).toMatchObject({ status: 304, error: '', type: 'cors' });
  });

  it.each([
    ['no-store', 2],
    ['reload', 2],
    ['no-cache', 2],
    ['force-cache', 1],
  ] as const)('cache: "%s" after a stored answer: the API is asked %i times in all', async (cache, times) => {
    const page = await theStage().page('localhost');
    const path = `/mode-${cache}-${scheme}`;
    const asked = url(`/plain${path}`, { headers: fresh });
    await fetchFrom(page, asked);
    expect(await fetchFrom(page, asked, { cache })).toMatchObject({ status: 200, error: '' });
    expect(asks(path)).toBe(times);
  });

  it('errors of ours are not stored: each try asks again', async () => {
    const page = await theStage().page('localhost');
    const path = `/hang-up-${scheme}`;
    const asked = url(`/plain${path}`, { act: 'hang-up' });
    for (let i = 0; i < 2; i += 1) expect((await fetchFrom(page, asked)).status).toBe(502);
    expect(asks(path)).toBeGreaterThanOrEqual(2);
  });
});
