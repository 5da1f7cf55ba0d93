/** An error of ours, opened in a window: a page with the facts of the JSON, under the same status and fields. */

import { describe, expect, it } from 'vitest';
import { asking, clientOf, page, proxyTo } from '../support/one-route.ts';
import { requestBytes } from '../support/raw-client.ts';
import { type Response, values } from '../support/strict-parser.ts';
import type { TestApp } from '../support/test-app.ts';

const navigation = [
  ['Accept', 'text/html,application/xhtml+xml,*/*;q=0.8'],
  ['Sec-Fetch-Mode', 'navigate'],
  ['Sec-Fetch-Dest', 'document'],
] as const;

/** Nobody listens there. */
const dead = 'http://127.0.0.1:1';

async function answers(app: TestApp, startLine: string): Promise<{ json: Response; html: Response }> {
  const json = await (await asking(app, startLine)).response();
  const html = await (await asking(app, startLine, { headers: navigation })).response();
  return { json, html };
}

/** Fields that differ by nature. */
function comparable({ headers }: Response): readonly string[] {
  const own = /^(?:content-type|content-length|content-security-policy|vary|x-request-id|date)$/i;
  return headers.filter(([name]) => !own.test(name)).map((line) => line.join(': '));
}

describe('an error of ours in a window', () => {
  it.each([
    ['an API that is down', 'GET /api/x', 502, 'The API refused the connection', 'connection_refused'],
    ['a path without a route', 'GET /nothing', 404, 'No route matches', 'destination_not_found'],
  ])('%s', async (_, startLine, status, title, code) => {
    const { json, html } = await answers(await proxyTo(dead), startLine);
    expect([json.status, html.status]).toEqual([status, status]);
    expect(values(html.headers, 'content-type')).toEqual(['text/html; charset=utf-8']);
    expect(comparable(html)).toEqual(comparable(json));
    expect(values(html.headers, 'vary').join(', ')).toContain('Accept');
    expect(values(html.headers, 'access-control-allow-origin')).toEqual([page]);
    const text = html.body.toString('utf8');
    const problem = JSON.parse(json.body.toString('utf8'));
    expect(text).toContain(`<h1>${title}</h1>`);
    for (const fact of [code, String(status), problem.detail.replaceAll('"', '&quot;')]) {
      expect(text).toContain(fact);
    }
  });

  it('runs nothing, loads nothing, sends nothing', async () => {
    const { html } = await answers(await proxyTo(dead), 'GET /api/x');
    const [policy = ''] = values(html.headers, 'content-security-policy');
    expect(policy).toMatch(/^default-src 'none'; style-src 'sha256-[\w+/]+=*';/);
    expect(policy).toContain('sandbox');
    expect(html.body.toString('utf8')).not.toMatch(/<script|<a |<form|\son\w+=/i);
  });

  it('escapes what the request brought: a link to it must not run in our origin', async () => {
    const { html } = await answers(await proxyTo(dead), 'GET /<img/src/onerror=alert(1)>');
    const text = html.body.toString('utf8');
    expect(text).not.toContain('<img');
    expect(html.status === 404 || html.status === 400).toBe(true);
  });

  it('says no more of a secret route than the JSON does', async () => {
    const secret = { request: { headers: { Authorization: 'Bearer ${KEY}' } } };
    const app = await proxyTo('https://api.test', secret, { env: { KEY: 'sk_live_12345' } });
    const client = await clientOf(app);
    const host = ['Host', `localhost:${app.port}`] as const;
    await client.write(requestBytes('GET /api/x', [host, ...navigation, ['Sec-Fetch-Site', 'cross-site']]));
    const answer = await client.response();
    expect(answer.status).toBe(403);
    const text = answer.body.toString('utf8');
    expect(text).toContain('the reason is in the terminal of the proxy');
    expect(text).not.toContain('/api/');
  });

  it('answers HEAD with the same head', async () => {
    const app = await proxyTo(dead);
    const client = await asking(app, 'HEAD /api/x', { headers: navigation });
    const head = await client.response({ method: 'HEAD' });
    expect(Number(values(head.headers, 'content-length')[0])).toBeGreaterThan(1000);
    expect(head.body).toHaveLength(0);
  });
});
