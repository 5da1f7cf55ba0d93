/** Redirects: between two configured targets, kept, followed on the server, and the ones that a browser blocks. */

import { describe, expect, it } from 'vitest';
import { load } from './loads.ts';
import { fetchFrom } from './page-origin.ts';
import { tableRoutes } from './rules.ts';
import { blockedBecause, schemes, useStage } from './stage.ts';
import { tell } from './told-api.ts';

const theStage = useStage(tableRoutes);

describe.each(schemes)('over %s', (scheme) => {
  const proxy = () => theStage().proxies[scheme].url;
  const url = (path: string, told = {}) => proxy() + tell(path, told);
  const to = (location: string, status = 302) => ({ status, headers: { location } });

  it.each([301, 302, 303, 307, 308])(
    'a %i of the API to itself leads back through the proxy',
    async (status) => {
      const asked = url('/plain/from', to(`${theStage().api.url}/to?status=${status}#part`, status));
      const fetched = await fetchFrom(await theStage().page('localhost'), asked);
      expect(fetched).toMatchObject({ status: 200, url: `${proxy()}/plain/to?status=${status}` });
    },
  );

  it.each([
    ['an absolute path', '/to', '/plain/to'],
    ['a relative path', 'to', '/plain/deep/to'],
    ['a query alone', '?to=1', '/plain/deep/from?to=1'],
    ['a path above', '../to', '/plain/to'],
  ])('Location with %s keeps the prefix', async (_what, location, path) => {
    const fetched = await fetchFrom(
      await theStage().page('localhost'),
      url('/plain/deep/from', to(location)),
    );
    expect(fetched).toMatchObject({ status: 200, url: proxy() + path });
  });

  it('a redirect from one configured target to the other changes the prefix, the base path left out', async () => {
    const page = await theStage().page('localhost');
    const fetched = await fetchFrom(page, url('/plain/across', to(`${theStage().second.url}/base/item?n=1`)));
    expect(fetched).toMatchObject({ status: 200, url: `${proxy()}/second/item?n=1` });
    expect(theStage().second.seenAt('/base/item').length).toBeGreaterThan(0);
  });

  it('there and back again: three hops, and the page reads the last', async () => {
    const page = await theStage().page('localhost');
    const { api, second } = theStage();
    const last = api.url + tell('/last', { body: 'the end' });
    const fetched = await fetchFrom(page, url('/plain/hops', to(second.url + tell('/base/hop', to(last)))));
    expect(fetched).toMatchObject({ status: 200, body: 'the end' });
    expect(fetched.url.startsWith(`${proxy()}/any/last`), 'the first route that leads there').toBe(true);
  });

  it('a PUT with a preflight is sent again by a 307, its body and Authorization kept', async () => {
    const page = await theStage().page('localhost');
    const target = theStage().api.url + tell('/again', { act: 'echo' });
    const init = { method: 'PUT', headers: { Authorization: 'Bearer t' }, body: 'kept' };
    const { body } = await fetchFrom(page, url('/plain/put', to(target, 307)), init);
    expect(JSON.parse(body)).toMatchObject({
      method: 'PUT',
      body: 'kept',
      headers: { authorization: 'Bearer t', origin: theStage().origins.localhost },
    });
  });

  it('a POST becomes a GET by a 303', async () => {
    const page = await theStage().page('localhost');
    const target = theStage().api.url + tell('/see', { act: 'echo' });
    const { body } = await fetchFrom(page, url('/plain/post', to(target, 303)), {
      method: 'POST',
      body: 'x',
    });
    expect(JSON.parse(body)).toMatchObject({ method: 'GET', body: '' });
  });

  it('redirect: "manual" gets an opaque redirect', async () => {
    const page = await theStage().page('localhost');
    const fetched = await fetchFrom(page, url('/plain/manual', to('/to')), { redirect: 'manual' });
    expect(fetched).toMatchObject({ type: 'opaqueredirect', status: 0, error: '' });
  });

  it('redirect: "error" fails, as it asked', async () => {
    const page = await theStage().page('localhost');
    const fetched = await fetchFrom(page, url('/plain/error', to('/to')), { redirect: 'error' });
    expect(fetched.error).toBe('TypeError: Failed to fetch');
  });

  it('XMLHttpRequest follows too', async () => {
    const read = await load(await theStage().page('localhost'), 'xhr', { url: url('/plain/xhr', to('/to')) });
    expect(read).toMatchObject({ ended: 'load', status: 200, body: 'ok' });
  });

  it('with "follow" the page never hears of the redirect', async () => {
    const page = await theStage().page('localhost');
    const asked = url('/followed/from', to(theStage().second.url + tell('/base/there', { body: 'there' })));
    expect(await fetchFrom(page, asked)).toMatchObject({ status: 200, body: 'there', url: asked });
  });

  it('with "keep" the page is led past the proxy, and blocked there', async () => {
    const page = await theStage().page('localhost');
    const past = `${theStage().api.url}/past-${scheme}`;
    const fetched = await fetchFrom(page, url('/kept/from', to(past)));
    expect(fetched.error).toBe('TypeError: Failed to fetch');
    expect(await blockedBecause(page, past)).toBe(
      "No 'Access-Control-Allow-Origin' header is present on the requested resource.",
    );
  });

  it('to a host that no route knows the page is led past the proxy, its Origin now null', async () => {
    const page = await theStage().page('localhost');
    const stranger = theStage().origins.loopbackAddress;
    const fetched = await fetchFrom(page, url('/plain/away', to(`${stranger}/away-${scheme}`)));
    expect(fetched.error).toBe('TypeError: Failed to fetch');
    await expect
      .poll(() => page.console.some((line) => line.includes(`'${stranger}/away-${scheme}' (redirected from`)))
      .toBe(true);
  });

  it('a 300 with Location is no redirect', async () => {
    const page = await theStage().page('localhost');
    expect(await fetchFrom(page, url('/plain/choices', to('/to', 300)))).toMatchObject({ status: 300 });
  });
});
