import { gunzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { apiKey, type DemoReply, type DemoRequest, replyTo } from '../../../src/cli/demo/api-replies.ts';
import { articleHtml } from '../../../src/cli/demo/article.ts';
import { safelistedResponseHeaders } from '../../../src/http/fetch-names.ts';

function ask(method: string, path: string, more: Partial<DemoRequest> = {}): DemoReply {
  return replyTo({
    method,
    path,
    search: '',
    ownOrigin: 'http://127.0.0.1:4000',
    acceptEncoding: 'gzip, deflate, br',
    cookie: '',
    editReason: '',
    body: '',
    ...more,
  });
}

function complete(reply: DemoReply): Extract<DemoReply, { kind: 'complete' }> {
  if (reply.kind !== 'complete') throw new Error(`Not a complete reply: ${reply.kind}`);
  return reply;
}

describe('the example response', () => {
  it('is what the chapter prints, its length true to the byte', () => {
    const { status, headers, body } = complete(ask('GET', '/article'));
    expect(status).toBe(200);
    expect(headers).toMatchObject({
      'Content-Type': 'text/html; charset=UTF-8',
      'Content-Length': '12345',
      'Content-Encoding': 'gzip',
      'API-Key': '2c9de507f2c54aa1',
    });
    expect(body.length).toBe(12345);
    expect(gunzipSync(body).toString()).toBe(articleHtml);
  });

  it('goes as it is to a client that does not take gzip', () => {
    const { headers, body } = complete(ask('GET', '/article', { acceptEncoding: 'br' }));
    expect(headers).not.toHaveProperty('Content-Encoding');
    expect(headers['Content-Length']).toBe(String(Buffer.byteLength(body)));
    expect(body).toBe(articleHtml);
    expect(headers['API-Key']).toBe(apiKey);
  });
});

describe('the API has no word of CORS', () => {
  const requests: readonly (readonly [method: string, path: string])[] = [
    ['GET', '/article'],
    ['GET', '/keyed/article'],
    ['GET', '/weather'],
    ['OPTIONS', '/notes/1'],
    ['PUT', '/notes/1'],
    ['DELETE', '/notes/1'],
    ['POST', '/session/login'],
    ['GET', '/moved'],
    ['GET', '/errors/500'],
    ['GET', '/nowhere'],
  ];
  it.each(requests)('%s %s', (method, path) => {
    const names = Object.keys(complete(ask(method, path)).headers);
    expect(names.filter((name) => /^access-control-/i.test(name))).toEqual([]);
  });

  it('answers a preflight with 405, like a server that never met one', () => {
    const { status, headers } = complete(ask('OPTIONS', '/notes/1'));
    expect(status).toBe(405);
    expect(headers.Allow).toBe('GET, PUT, DELETE');
  });
});

describe('the endpoints', () => {
  it('has all seven safelisted response headers on one response, and others', () => {
    const names = Object.keys(complete(ask('GET', '/weather')).headers).map((name) => name.toLowerCase());
    expect(names).toEqual(expect.arrayContaining([...safelistedResponseHeaders]));
    expect(names).toContain('etag');
  });

  it('saves a note and names the reason that the custom header gave', () => {
    const reply = complete(ask('PUT', '/notes/1', { body: '{"text":"Buy stamps"}', editReason: 'typo' }));
    expect(JSON.parse(String(reply.body))).toEqual({ id: 1, text: 'Buy stamps', editReason: 'typo' });
  });

  it.each([
    ['no JSON', 'Buy stamps'],
    ['no text in it', '{"txt":1}'],
    ['null', 'null'],
  ])('refuses a note that is %s', (_what, body) => {
    expect(complete(ask('PUT', '/notes/1', { body })).status).toBe(400);
  });

  it('deletes with 204, without a length', () => {
    expect(complete(ask('DELETE', '/notes/1'))).toMatchObject({ status: 204, headers: {} });
  });

  it('knows who sends the cookie that the login set', () => {
    const cookie = complete(ask('POST', '/session/login')).headers['Set-Cookie']?.split(';')[0] ?? '';
    expect(complete(ask('GET', '/session/me', { cookie: `theme=dark; ${cookie}` })).status).toBe(200);
    expect(complete(ask('GET', '/session/me', { cookie: 'theme=dark' })).status).toBe(401);
  });

  it('redirects to an absolute address of its own and keeps the query', () => {
    const { status, headers } = complete(ask('GET', '/moved', { search: '?call=7' }));
    expect(status).toBe(302);
    expect(headers.Location).toBe('http://127.0.0.1:4000/weather?call=7');
  });

  it.each(['constructor', '__proto__', '/toString'])('has nothing at %s', (path) => {
    expect(complete(ask('GET', path)).status).toBe(404);
    expect(complete(ask('constructor', '/article')).status).toBe(405);
  });
});
