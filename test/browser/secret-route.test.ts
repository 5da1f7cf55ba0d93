/**
 * The attack: a route adds the developer's key to what passes it, so that any page in the same browser can try to spend
 * the key: it need not read the answer. CORS protects reading alone. Here every way of sending that a page has is tried
 * from an origin that is not listed: the API must hear of none of them.
 */

import { describe, expect, it } from 'vitest';
import { load } from './loads.ts';
import { fetchFrom, type OpenedPage } from './page-origin.ts';
import { type Cast, type Routes, type Scheme, schemes, useStage } from './stage.ts';
import { type Told, tell } from './told-api.ts';

const key = 'k3y-0f-the-developer';

const theStage = useStage(secretRoutes, { env: { API_KEY: key } });

/** The API with the key, and beside it one of somebody else, open to all. */
function secretRoutes({ origins, api, second }: Cast): Routes {
  return [
    {
      match: '/secret/**',
      stripPrefix: '/secret',
      target: api,
      cors: { allowOrigin: [origins.localhost, origins.secure] },
      request: { headers: { Authorization: 'Bearer ${API_KEY}' } },
    },
    { match: '/hostile/**', stripPrefix: '/hostile', target: second, cors: { allowOrigin: '*' } },
  ];
}

type Attack = readonly [what: string, act: (page: OpenedPage, url: string) => Promise<unknown>];

const quoted = (url: string) => JSON.stringify(url);

const attacks: readonly Attack[] = [
  ['a fetch', (page, url) => fetchFrom(page, url)],
  ['a fetch with a preflight', (page, url) => fetchFrom(page, url, { method: 'DELETE' })],
  ['a no-cors fetch', (page, url) => fetchFrom(page, url, { mode: 'no-cors' })],
  ['a no-cors POST', (page, url) => fetchFrom(page, url, { mode: 'no-cors', method: 'POST', body: 'x' })],
  [
    'a no-cors fetch with cookies',
    (page, url) => fetchFrom(page, url, { mode: 'no-cors', credentials: 'include' }),
  ],
  ['a form that posts', (page, url) => load(page, 'form', { url, body: 'x' })],
  ['a beacon', (page, url) => load(page, 'beacon', { url, type: 'text/plain', body: 'x' })],
  ['a picture', (page, url) => load(page, 'image', { url })],
  ['a picture with crossorigin', (page, url) => load(page, 'image', { url, crossOrigin: 'anonymous' })],
  ['a classic script', (page, url) => load(page, 'script', { url })],
  ['a module script', (page, url) => load(page, 'script', { url, type: 'module' })],
  ['a style sheet', (page, url) => load(page, 'style', { url })],
  ['a font', (page, url) => load(page, 'font', { url })],
  ['an event stream', (page, url) => load(page, 'events', { url, count: 1 })],
  ['a socket', (page, url) => load(page, 'socket', { url })],
  ['a frame', (page, url) => load(page, 'frame', { url })],
  [
    'a fetch of a sandboxed frame',
    (page, url) => load(page, 'sandboxed', { script: `fetch(${quoted(url)}).then(say, say)` }),
  ],
  [
    'a no-cors POST of a sandboxed frame',
    (page, url) =>
      load(page, 'sandboxed', {
        script: `fetch(${quoted(url)}, { method: 'POST', mode: 'no-cors' }).then(say, say)`,
      }),
  ],
  [
    'a socket of a sandboxed frame',
    (page, url) =>
      load(page, 'sandboxed', {
        script: `new WebSocket(${quoted(url.replace(/^http/, 'ws'))}).onerror = () => say('refused')`,
      }),
  ],
  ['a form of a sandboxed frame', (page, url) => load(page, 'sandboxed', { script: formScript(url) })],
];

function formScript(url: string): string {
  return `
    const [frame, form] = ['iframe', 'form'].map((name) => document.createElement(name));
    Object.assign(form, { action: ${quoted(url)}, method: 'POST', target: frame.name = 'inner' });
    document.documentElement.append(frame, form);
    frame.onload = () => say('loaded');
    form.submit();`;
}

/** Pages that are not listed: the same site on another port, another site, and one whose name is no loopback name. */
const attackers = {
  http: ['otherPort', 'loopbackAddress', 'named'],
  // To https each of them is another site.
  https: ['otherPort'],
} as const;

/** The statuses of what reached the proxy on a path; waits for the first. */
async function statusesAt(scheme: Scheme, path: string): Promise<readonly number[]> {
  const found = () =>
    theStage()
      .proxies[scheme].exchanges.filter(({ head }) => head.target.split('?', 1)[0] === path)
      .map(({ status }) => status);
  await expect
    .poll(() => found().length, { interval: 10, message: `the proxy is asked ${path}` })
    .toBeGreaterThan(0);
  return found();
}

describe.each(schemes)('over %s the API with the key', (scheme) => {
  const url = (path: string, told: Told = {}) => theStage().proxies[scheme].url + tell(path, told);

  describe.each(attackers[scheme])('hears nothing from a page on "%s":', (origin) => {
    it.each(attacks)('%s', async (what, act) => {
      const path = `/${what.replaceAll(/\W+/g, '-')}-${origin}-${scheme}`;
      const page = await theStage().page(origin);
      await act(page, url(`/secret${path}`));
      expect(new Set(await statusesAt(scheme, `/secret${path}`))).toEqual(new Set([403]));
      expect(theStage().api.seenAt(path)).toEqual([]);
    });

    it('a navigation', async () => {
      const path = `/navigation-${origin}-${scheme}`;
      const { page } = await theStage().visit(theStage().origins[origin]);
      await Promise.all([
        page.waitForURL(/navigation/),
        page.evaluate(`location = ${quoted(url(`/secret${path}`))}`),
      ]);
      expect(await statusesAt(scheme, `/secret${path}`)).toEqual([403]);
      expect(await page.textContent('body')).not.toContain(key);
      expect(theStage().api.seenAt(path)).toEqual([]);
    });
  });

  it('hears of the listed page, with the key', async () => {
    const path = `/listed-${scheme}`;
    const fetched = await fetchFrom(await theStage().page('localhost'), url(`/secret${path}`), {
      method: 'PUT',
    });
    expect(fetched).toMatchObject({ status: 200, body: 'ok' });
    expect(
      theStage()
        .api.seenAt(path)
        .map(({ headers }) => headers.authorization),
    ).toEqual([`Bearer ${key}`]);
  });

  it('hears the socket of the listed page, with the key', async () => {
    const path = `/listed-socket-${scheme}`;
    const page = await theStage().page('localhost');
    expect(await load(page, 'socket', { url: url(`/secret${path}`) })).toBe('echo hello');
    expect(theStage().api.seenAt(path)[0]?.headers.authorization).toBe(`Bearer ${key}`);
  });

  it('hears of an address that the developer typed', async () => {
    const { page } = await theStage().visit(url('/secret/typed'));
    expect(await page.textContent('body')).toBe('ok');
  });

  it('gives the page no header that echoes the key', async () => {
    const page = await theStage().page('localhost');
    const fetched = await fetchFrom(
      page,
      url('/secret/echo', { headers: { 'content-language': `x ${key}` } }),
    );
    expect(fetched.status).toBe(200);
    expect(JSON.stringify(fetched.headers)).not.toContain(key);
  });
});

it('a page that may not is told the same, whatever the path', async () => {
  const bodies = await Promise.all(
    ['/secret/a', '/secret/b?c=d'].map(async (path) => {
      const asked = theStage().proxies.http.url + path;
      const text = await (await fetch(asked, { headers: { Origin: 'http://evil.test' } })).text();
      return text.replace(/"requestId":"[^"]*"/, '');
    }),
  );
  expect(bodies[0]).toContain('http_request_denied');
  expect(bodies[0]).toBe(bodies[1]);
});

/**
 * The attack: the other API answers with HTML, and the developer opens it through the proxy. That page is on the proxy's
 * own origin: for the browser the key's route is its own.
 */
describe.each(schemes)('over %s a hostile page that is opened through the proxy', (scheme) => {
  const proxy = () => theStage().proxies[scheme].url;

  function hostileHtml(secret: string): string {
    return `<!doctype html><title>harmless</title>
      <script>document.title = 'ran'; fetch('${secret}?script')</script>
      <img src="${secret}?img" onerror="document.title = 'ran'"><link rel="stylesheet" href="${secret}?style">
      <script src="${secret}?src"></script><iframe src="${secret}?frame"></iframe>
      <video src="${secret}?video"></video><object data="${secret}?object"></object>
      <form action="${secret}?form" method="post"><button>Go</button></form><a href="${secret}?link">Go</a>`;
  }

  async function openHostile(secretPath: string): Promise<OpenedPage> {
    const body = hostileHtml(`/secret${secretPath}`);
    const told = {
      body,
      headers: { 'content-type': 'text/html', 'content-security-policy': 'default-src *' },
    };
    return theStage().visit(proxy() + tell('/hostile/page', told));
  }

  it('runs no script, and nothing that it embeds reaches the API with the key', async () => {
    const path = `/embedded-${scheme}`;
    const { page } = await openHostile(path);
    expect(await page.title()).toBe('harmless');
    expect(new Set(await statusesAt(scheme, `/secret${path}`))).toEqual(new Set([403]));
    expect(theStage().api.seenAt(path)).toEqual([]);
  });

  const html = "<!doctype html><title>harmless</title><script>document.title = 'ran'</script>";
  const xhtml = html
    .replace('<!doctype html>', '<html xmlns="http://www.w3.org/1999/xhtml">')
    .concat('</html>');
  const types: readonly (readonly [
    what: string,
    type: string | readonly string[] | undefined,
    body: string,
  ])[] = [
    ['HTML', 'text/html', html],
    ['HTML in upper case', 'TEXT/HTML', html],
    ['no type, which is sniffed', undefined, html],
    ['an empty type, which is sniffed', '', html],
    ['an unknown type, which is sniffed', 'application/unknown', html],
    ['any type, which is sniffed', '*/*', html],
    ['no type that can be read', 'garbage', html],
    ['two types, the last HTML', ['text/plain', 'text/html'], html],
    ['two types in one line', 'text/plain, text/html', html],
    ['XHTML', 'application/xhtml+xml', xhtml],
    ['XML', 'text/xml', xhtml],
    ['a feed', 'application/atom+xml', xhtml],
    ['a style sheet of XML', 'text/xsl', xhtml],
    [
      'SVG',
      'image/svg+xml',
      "<svg xmlns='http://www.w3.org/2000/svg'><script>document.title = 'ran'</script></svg>",
    ],
  ];
  it.each(types)('runs no script as %s', async (_what, type, body) => {
    const told = { body, headers: type === undefined ? {} : { 'content-type': type } };
    const { page } = await theStage().visit(proxy() + tell('/hostile/typed', told));
    expect(await page.title()).not.toBe('ran');
    expect(await page.evaluate('self.origin')).toBe('null');
  });

  it("may not even post from the proxy's own origin, if a script of its own ran there", async () => {
    const path = `/own-origin-${scheme}`;
    const page = await theStage().visit(`${proxy()}/__cors-proxy/health`);
    const asked = `${proxy()}/secret${path}`;
    expect(await fetchFrom(page, asked, { method: 'POST', body: 'x' })).toMatchObject({ status: 403 });
    expect(await load(page, 'socket', { url: asked })).toBe('refused');
    expect(theStage().api.seenAt(path)).toEqual([]);
  });

  it('gets nowhere by a click on its link', async () => {
    const path = `/clicked-${scheme}`;
    const { page } = await openHostile(path);
    await Promise.all([page.waitForURL(/\?link$/), page.click('a')]);
    expect(await page.textContent('body')).toContain('http_request_denied');
    expect(theStage().api.seenAt(path)).toEqual([]);
  });

  it('sends no form', async () => {
    const path = `/posted-${scheme}`;
    const { page, console: lines } = await openHostile(path);
    const before = lines.length;
    await page.click('button');
    const refused = () =>
      lines.slice(before).some((line) => line.includes("'allow-forms' permission is not set"));
    await expect.poll(refused).toBe(true);
    expect(theStage().api.seenAt(path)).toEqual([]);
  });
});
