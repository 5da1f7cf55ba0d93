/** What loads across origins without fetch: pictures, scripts, styles, fonts, event streams, sockets, beacons, sandboxed frames. */

import { describe, expect, it } from 'vitest';
import { font, png } from './assets.ts';
import { load } from './loads.ts';
import { tableRoutes } from './rules.ts';
import { schemes, useStage } from './stage.ts';
import { type Told, tell } from './told-api.ts';

const theStage = useStage(tableRoutes);

const picture: Told = { bytes: png, headers: { 'content-type': 'image/png' } };
const script: Told = { body: 'globalThis.told = 1', headers: { 'content-type': 'text/javascript' } };
const thrower: Told = { body: 'throw new Error("told")', headers: { 'content-type': 'text/javascript' } };
const module: Told = { body: 'export const told = 1', headers: { 'content-type': 'text/javascript' } };
const style: Told = { body: 'b { color: red }', headers: { 'content-type': 'text/css' } };
const typeface: Told = { bytes: font, headers: { 'content-type': 'font/ttf' } };

type CrossOrigin = { readonly crossOrigin?: 'anonymous' | 'use-credentials' };
const anonymous: CrossOrigin = { crossOrigin: 'anonymous' };
const withCredentials: CrossOrigin = { crossOrigin: 'use-credentials' };

describe.each(schemes)('over %s', (scheme) => {
  const url = (path: string, told: Told = {}) => theStage().proxies[scheme].url + tell(path, told);
  const mine = () => theStage().page('localhost');
  const other = () => theStage().page('otherPort');

  it.each([
    ['an <img> without crossorigin is shown, its pixels for nobody', 'plain', {}, 'shown'],
    ['an <img crossorigin> is readable', 'plain', anonymous, 'readable'],
    ['an <img crossorigin> is readable under "*"', 'any', anonymous, 'readable'],
    ['an <img crossorigin=use-credentials> is readable', 'login', withCredentials, 'readable'],
    ['an <img crossorigin=use-credentials> fails under "*"', 'any', withCredentials, 'error'],
    [
      'an <img crossorigin=use-credentials> fails without allowCredentials',
      'plain',
      withCredentials,
      'error',
    ],
  ] as const)('%s', async (_what, route, crossOrigin, outcome) => {
    const asked = url(`/${route}/image-${outcome}`, picture);
    expect(await load(await mine(), 'image', { url: asked, ...crossOrigin })).toBe(outcome);
  });

  it('an <img> of a page that may not is shown, its pixels for nobody, and no cookie goes with it', async () => {
    const page = await other();
    const { url: proxy } = theStage().proxies[scheme];
    await page.page.context().addCookies([{ name: 'session', value: 'a1', url: proxy }]);
    expect(await load(page, 'image', { url: url(`/plain/foreign-${scheme}`, picture) })).toBe('shown');
    expect(
      theStage()
        .api.seenAt(`/foreign-${scheme}`)
        .map(({ headers }) => headers.cookie),
    ).toEqual([undefined]);
  });

  it('an <img crossorigin> of a page that may not fails', async () => {
    expect(await load(await other(), 'image', { url: url('/plain/foreign', picture), ...anonymous })).toBe(
      'error',
    );
  });

  it('a module script loads', async () => {
    expect(await load(await mine(), 'script', { url: url('/plain/module', module), type: 'module' })).toBe(
      'load',
    );
  });

  it('a module script of a page that may not fails', async () => {
    const asked = url('/plain/module', module);
    expect(await load(await other(), 'script', { url: asked, type: 'module' })).toBe('error');
  });

  it('a classic script with crossorigin loads', async () => {
    expect(await load(await mine(), 'script', { url: url('/plain/script', script), ...anonymous })).toBe(
      'load',
    );
  });

  it('an exception in a script with crossorigin keeps its message', async () => {
    const message = await load(await mine(), 'scriptError', {
      url: url('/plain/throws', thrower),
      ...anonymous,
    });
    expect(message).toBe('Uncaught Error: told');
  });

  it('an exception in a script without crossorigin is "Script error."', async () => {
    const message = await load(await mine(), 'scriptError', { url: url('/plain/throws-muted', thrower) });
    expect(message).toBe('Script error.');
  });

  it.each([
    ['with crossorigin: its rules are readable', anonymous, 'readable'],
    ['without: it applies, its rules for nobody', {}, 'shown'],
  ] as const)('a style sheet %s', async (_what, crossOrigin, outcome) => {
    expect(await load(await mine(), 'style', { url: url('/plain/style', style), ...crossOrigin })).toBe(
      outcome,
    );
  });

  it('a font loads, which is always asked for with CORS', async () => {
    expect(await load(await mine(), 'font', { url: url('/plain/font', typeface) })).toBe('load');
  });

  it('a font of a page that may not fails', async () => {
    expect(await load(await other(), 'font', { url: url('/plain/font', typeface) })).toBe('error');
  });

  it('an event stream arrives, and comes back with Last-Event-ID', async () => {
    const asked = url(`/plain/events-${scheme}`, { act: 'events' });
    const messages = await load(await mine(), 'events', { url: asked, count: 3 });
    expect(messages).toEqual(['first', 'second', 'again after 8']);
  });

  it('an event stream with credentials arrives where they are allowed', async () => {
    const asked = url('/login/events', { act: 'events' });
    expect(await load(await mine(), 'events', { url: asked, count: 1, withCredentials: true })).toEqual([
      'first',
    ]);
  });

  it('an event stream with credentials is closed where they are not', async () => {
    const asked = url('/plain/events', { act: 'events' });
    expect(await load(await mine(), 'events', { url: asked, count: 1, withCredentials: true })).toEqual([
      'closed',
    ]);
  });

  it('an event stream of a page that may not is closed, and does not come back', async () => {
    const asked = url(`/plain/events-foreign-${scheme}`, { act: 'events' });
    expect(await load(await other(), 'events', { url: asked, count: 1 })).toEqual(['closed']);
    expect(theStage().api.seenAt(`/events-foreign-${scheme}`)).toEqual([]);
  });

  it('the first bytes of an answer without an end arrive at once', async () => {
    expect(await load(await mine(), 'firstChunk', { url: url('/plain/endless', { act: 'endless' }) })).toBe(
      'first',
    );
  });

  it('a socket opens and echoes, with the Origin of the page', async () => {
    const path = `/socket-${scheme}`;
    expect(await load(await mine(), 'socket', { url: url(`/plain${path}`) })).toBe('echo hello');
    expect(theStage().api.seenAt(path)[0]?.headers.origin).toBe(theStage().origins.localhost);
  });

  it.each([
    ['of a page that may not', 'plain', 'otherPort'],
    ['of 127.0.0.1', 'plain', 'loopbackAddress'],
    ['under "*", which opens none', 'any', 'localhost'],
  ] as const)('a socket %s is refused, and the API hears nothing', async (_what, route, origin) => {
    const path = `/socket-refused-${route}-${origin}-${scheme}`;
    const page = await theStage().page(origin);
    expect(await load(page, 'socket', { url: url(`/${route}${path}`) })).toBe('refused');
    expect(theStage().api.seenAt(path)).toEqual([]);
  });

  it.each([
    ['of text: at once', 'text/plain', 'plain'],
    ['of a form: at once', 'application/x-www-form-urlencoded', 'plain'],
    ['of JSON: after a preflight with credentials', 'application/json', 'login'],
  ] as const)('a beacon %s arrives', async (_what, type, route) => {
    const path = `/beacon-${route}-${type.length}-${scheme}`;
    expect(await load(await mine(), 'beacon', { url: url(`/${route}${path}`), type, body: 'a=1' })).toBe(
      true,
    );
    const arrived = () =>
      theStage()
        .api.seenAt(path)
        .map(({ method, body }) => `${method} ${body}`);
    await expect.poll(arrived).toEqual(['POST a=1']);
  });

  it('a beacon of a page that may not is taken by the browser and refused here', async () => {
    const { api, proxies } = theStage();
    const path = `/plain/beacon-foreign-${scheme}`;
    await load(await other(), 'beacon', { url: url(path), type: 'text/plain', body: 'x' });
    const answered = () => proxies[scheme].exchanges.find(({ head }) => head.target.startsWith(path))?.status;
    await expect.poll(answered).toBe(403);
    expect(api.seenAt(path.slice('/plain'.length))).toEqual([]);
  });

  const framed = (asked: string, init = '{}') =>
    `fetch(${JSON.stringify(asked)}, ${init}).then((r) => r.text()).then(say, say)`;
  it.each([
    ['is refused where origins are listed', 'plain', '{}', 'TypeError: Failed to fetch'],
    ['is refused by default with a preflight too', 'plain', '{method:"PUT"}', 'TypeError: Failed to fetch'],
    ['reads under "*"', 'any', '{}', 'ok'],
    ['reads under "*" after a preflight', 'any', '{method:"PUT"}', 'ok'],
    ['reads where "null" is listed', 'opaque', '{}', 'ok'],
    ['reads where "null" is listed, after a preflight', 'opaque', '{method:"PUT"}', 'ok'],
  ] as const)('a sandboxed frame %s', async (_what, route, init, said) => {
    const path = `/sandboxed-${route}-${init.length}-${scheme}`;
    const found = await load(await mine(), 'sandboxed', { script: framed(url(`/${route}${path}`), init) });
    expect(found).toBe(said);
    expect(
      theStage()
        .api.seenAt(path)
        .map(({ headers }) => headers.origin),
    ).toEqual(said === 'ok' ? ['null'] : []);
  });
});

describe('over https, which is HTTP/2 here,', () => {
  it('an upload is streamed that has no length', async () => {
    const asked = theStage().proxies.https.url + tell('/plain/streamed', { act: 'echo' });
    const page = await theStage().page('localhost');
    const text = await load(page, 'streamed', { url: asked, chunks: ['one ', 'two ', 'three'] });
    expect(JSON.parse(text)).toMatchObject({ method: 'POST', body: 'one two three' });
    expect(theStage().proxies.https.exchanges.some(({ head }) => head.version === '2.0')).toBe(true);
  });
});
