/** Errors of this proxy, as the page sees them: JSON that it can read, never a "CORS error" that hides the true one. */

import { describe, expect, it, onTestFinished } from 'vitest';
import { startTestApp } from '../support/test-app.ts';
import { load } from './loads.ts';
import { type FetchInit, fetchFrom } from './page-origin.ts';
import { tableRoutes } from './rules.ts';
import { schemes, useStage } from './stage.ts';
import { startToldApi, type Told, tell } from './told-api.ts';

const theStage = useStage(tableRoutes);

interface Row {
  readonly it: string;
  readonly path: string;
  readonly told?: Told;
  readonly init?: FetchInit;
  readonly status: number;
  readonly code: string;
}

const rows: readonly Row[] = [
  { it: 'an API that is not running', path: '/dead/x', status: 502, code: 'connection_refused' },
  {
    it: 'an API that is not running, after a preflight',
    path: '/dead/x',
    init: { method: 'PUT', headers: { 'X-Own': '1' } },
    status: 502,
    code: 'connection_refused',
  },
  {
    it: 'an API that hangs up',
    path: '/plain/x',
    told: { act: 'hang-up' },
    status: 502,
    code: 'connection_terminated',
  },
  {
    it: 'an API that hangs up on a POST',
    path: '/plain/x',
    told: { act: 'hang-up' },
    init: { method: 'POST', body: 'x' },
    status: 502,
    code: 'connection_terminated',
  },
  {
    it: 'an API that says nothing in time',
    path: '/quick/x',
    told: { act: 'silent' },
    status: 504,
    code: 'http_response_timeout',
  },
  { it: 'a path without a route', path: '/nowhere', status: 404, code: 'destination_not_found' },
  {
    it: 'a body that is too large',
    path: '/small/x',
    init: { method: 'POST', body: 'x'.repeat(2000) },
    status: 413,
    code: 'http_request_error',
  },
  {
    it: 'a path that is too long',
    path: `/plain/${'x'.repeat(17_000)}`,
    status: 414,
    code: 'http_request_error',
  },
  {
    it: 'headers that are too large',
    path: '/plain/x',
    init: { headers: { 'X-Large': 'x'.repeat(70_000) } },
    status: 431,
    code: 'http_request_error',
  },
];

describe.each(schemes)('over %s the page reads why', (scheme) => {
  it.each(rows.map((row) => [row.it, row] as const))('%s', async (_what, row) => {
    const { path, told, init = {}, status, code } = row;
    const asked = theStage().proxies[scheme].url + (told === undefined ? path : tell(path, told));
    const fetched = await fetchFrom(await theStage().page('localhost'), asked, init);
    expect(fetched).toMatchObject({ status, error: '', type: 'cors' });
    expect(fetched.headers['content-type']).toBe('application/problem+json');
    expect(JSON.parse(fetched.body)).toMatchObject({
      status,
      code,
      requestId: fetched.headers['x-request-id'],
    });
    expect(fetched.headers['proxy-status']).toContain(`error=${code}`);
  });

  it('with credentials too', async () => {
    const asked = theStage().proxies[scheme].url + tell('/login/x', { act: 'hang-up' });
    const fetched = await fetchFrom(await theStage().page('localhost'), asked, { credentials: 'include' });
    expect(fetched).toMatchObject({ status: 502, error: '' });
  });

  it('by XMLHttpRequest', async () => {
    const asked = `${theStage().proxies[scheme].url}/dead/x`;
    const read = await load(await theStage().page('localhost'), 'xhr', { url: asked });
    expect(read).toMatchObject({ ended: 'load', status: 502 });
    expect(JSON.parse(read.body)).toMatchObject({ code: 'connection_refused' });
  });

  it('and nothing, where the API breaks off in the middle of its answer: an abort is the only honest end', async () => {
    const asked = theStage().proxies[scheme].url + tell('/plain/half', { act: 'break-off' });
    expect((await fetchFrom(await theStage().page('localhost'), asked)).error).toMatch(/^TypeError: /);
  });

  it('and nothing, where its origin is not listed', async () => {
    const asked = `${theStage().proxies[scheme].url}/dead/x`;
    expect((await fetchFrom(await theStage().page('otherPort'), asked)).error).toBe(
      'TypeError: Failed to fetch',
    );
  });
});

describe('an API that is stopped while the page is open', () => {
  it('is read before, read as a 502 after, and its socket is refused', async () => {
    const { origins } = theStage();
    const api = await startToldApi();
    const app = await startTestApp({ target: api.url, cors: { allowOrigin: origins.localhost } });
    const page = await theStage().open(origins.localhost);
    onTestFinished(() => page.page.context().close());
    expect(await fetchFrom(page, app.url)).toMatchObject({ status: 200, body: 'ok' });
    expect(await load(page, 'socket', { url: app.url })).toBe('echo hello');
    await api.close();
    const after = await fetchFrom(page, app.url);
    expect(after).toMatchObject({ status: 502, error: '' });
    expect(JSON.parse(after.body)).toMatchObject({ code: 'connection_refused', upstream: api.url });
    expect(await load(page, 'socket', { url: app.url })).toBe('refused');
  });
});
