/** `cors-proxy probe`: real APIs on this machine, each with CORS headers of its own. */

import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { type AddressInfo, createServer as createTcpServer } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import { whyPreflightFails, whyUnreadable } from '../../../src/cors/browser-check.ts';
import { missingPreflightHeaders } from '../../../src/cors/missing-headers.ts';
import { response } from '../../support/ruleset.ts';
import { corsCheck, preflightCheck } from '../../support/simulated-browser.ts';
import { runMain } from '../run-main.ts';

const page = 'http://localhost:5173';

interface Api {
  readonly url: string;
  readonly asked: readonly string[];
}

async function api(answer: (request: IncomingMessage, response: ServerResponse) => void): Promise<Api> {
  const asked: string[] = [];
  const server = createServer((request, reply) => {
    const { method, url, headers } = request;
    asked.push(
      `${method} ${url} ${headers.origin ?? '-'} ${headers['access-control-request-headers'] ?? ''}`.trimEnd(),
    );
    answer(request, reply);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.close();
    server.closeAllConnections();
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, asked };
}

function probe(...argv: readonly string[]) {
  return runMain(['probe', ...argv]);
}

describe('probe', () => {
  it('says that no proxy is needed where the API allows the page', async () => {
    const { url, asked } = await api((_, reply) => reply.setHeader('Access-Control-Allow-Origin', '*').end());
    const { code, stdout, stderr } = await probe(`${url}/user?token=t0p`, '--origin', page);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(asked).toEqual([`GET /user?token=t0p ${page}`]);
    expect(stdout).toContain(`GET ${url}/user?token=***  for a page on ${page}`);
    expect(stdout).toContain('Access-Control-Allow-Origin: *');
    expect(stdout).toContain(`✓ readable: a page on ${page} needs no proxy for this`);
    expect(stdout).not.toContain('Route to paste');
  });

  it('names the missing header, the browser’s sentence and the route to paste', async () => {
    const { url } = await api((_, reply) => reply.end());
    const { code, stdout } = await probe(`${url}/user`, '--origin', page);
    expect(code).toBe(4);
    expect(stdout).toContain(`missing     Access-Control-Allow-Origin: ${page}`);
    expect(stdout).toContain("browser     will say: No 'Access-Control-Allow-Origin' header is present");
    expect(stdout).toContain(
      `  { "match": "/api/**", "target": "${url}", "stripPrefix": "/api",\n    "cors": { "allowOrigin": "${page}" } }`,
    );
    expect(stdout).toContain(`Or at once: cors-proxy /api=${url} --allow-origin ${page}`);
    expect(stdout).toContain('In your app: http://localhost:8010/api/user');
  });

  it('sends the preflight that a browser would, and not the request where it fails', async () => {
    const { url, asked } = await api((_, reply) => {
      reply.setHeader('Access-Control-Allow-Origin', page);
      reply.writeHead(405).end();
    });
    const { code, stdout } = await probe(
      ...[`${url}/user`, '--origin', page, '--method', 'put', '-H', 'x-b: 1', '-H', 'X-A: 2'],
    );
    expect(code).toBe(4);
    expect(asked).toEqual([`OPTIONS /user ${page} x-a,x-b`]);
    expect(stdout).toContain('the browser asks first, because of method PUT, header x-a, header x-b');
    expect(stdout).toContain('It does not have HTTP ok status.');
    expect(stdout).toContain(
      'missing     Access-Control-Allow-Methods: PUT\n            Access-Control-Allow-Headers: x-a, x-b',
    );
  });

  it('sends the request after a preflight that passes', async () => {
    const { url, asked } = await api((_, reply) => {
      reply.setHeader('Access-Control-Allow-Origin', page);
      reply.setHeader('Access-Control-Allow-Methods', 'PUT');
      reply.end();
    });
    expect((await probe(`${url}/user`, '--origin', page, '-X', 'PUT')).code).toBe(0);
    expect(asked).toEqual([`OPTIONS /user ${page}`, `PUT /user ${page}`]);
  });

  it('knows that "*" is not enough with credentials', async () => {
    const { url } = await api((_, reply) => reply.setHeader('Access-Control-Allow-Origin', '*').end());
    const { code, stdout } = await probe(url, '--origin', page, '--credentials');
    expect(code).toBe(4);
    expect(stdout).toContain("must not be the wildcard '*'");
    expect(stdout).toContain('Access-Control-Allow-Credentials: true');
    expect(stdout).toContain(`"cors": { "allowOrigin": "${page}", "allowCredentials": true } }`);
  });

  it('explains a challenge', async () => {
    const { url } = await api((_, reply) => {
      reply.setHeader('Access-Control-Allow-Origin', '*').setHeader('WWW-Authenticate', 'Bearer realm="x"');
      reply.writeHead(401).end();
    });
    const { code, stdout } = await probe(url, '--origin', page);
    expect(code).toBe(0);
    expect(stdout).toContain('note        the API wants to know who asks (Bearer)');
    const preflight = await probe(url, '--origin', page, '-H', 'authorization: Bearer s3cret');
    expect(preflight.stdout).toContain('a preflight never carries credentials');
    expect(preflight.stdout).not.toContain('s3cret');
  });

  it('follows redirects as a browser does: from one foreign origin to another the page is "null"', async () => {
    const second = await api((_, reply) => reply.setHeader('Access-Control-Allow-Origin', page).end());
    const first = await api((_, reply) => {
      reply
        .setHeader('Access-Control-Allow-Origin', '*')
        .writeHead(302, { Location: `${second.url}/b` })
        .end();
    });
    const { code, stdout } = await probe(`${first.url}/a`, '--origin', page);
    expect(second.asked).toEqual(['GET /b null']);
    expect(code).toBe(4);
    expect(stdout).toContain(`has a value '${page}' that is not equal to the supplied origin.`);
    expect(stdout).toContain('redirects: the browser checks each answer on the way');
  });

  it('does not follow a redirect for ever', async () => {
    const { url, asked } = await api((_, reply) => {
      reply.setHeader('Access-Control-Allow-Origin', '*').writeHead(302, { Location: '/' }).end();
    });
    await probe(url, '--origin', page);
    expect(asked).toHaveLength(10);
  });

  it('refuses a redirected preflight', async () => {
    const { url, asked } = await api((_, reply) => {
      reply.setHeader('Access-Control-Allow-Origin', '*').writeHead(301, { Location: '/b' }).end();
    });
    const { stdout } = await probe(url, '--origin', page, '--method', 'DELETE');
    expect(asked).toHaveLength(1);
    expect(stdout).toContain('Redirect is not allowed for a preflight request.');
  });

  it('asks nothing of CORS on the same origin', async () => {
    const { url, asked } = await api((_, reply) => reply.end());
    const { code, stdout } = await probe(`${url}/a`, '--origin', url);
    expect({ code, asked }).toEqual({ code: 0, asked: ['GET /a -'] });
    expect(stdout).toContain('✓ same origin');
  });

  it('takes the origin of the project’s front end where none is given', async () => {
    const { url, asked } = await api((_, reply) => reply.end());
    const files = { 'package.json': '{ "devDependencies": { "@angular/cli": "1" } }' };
    await runMain(['probe', url], { files });
    expect(asked).toEqual(['GET / http://localhost:4200']);
  });

  it('cannot say anything of an API that is down, and says why', async () => {
    const { code, stdout } = await probe('http://127.0.0.1:9/a', '--origin', page);
    expect(code).toBe(1);
    expect(stdout).toMatch(/failed {6}Cannot reach http:\/\/127\.0\.0\.1:9: .*ECONNREFUSED/);
    expect(stdout).toContain('✗ the API could not be asked');
  });

  it('says in words what is wrong with TLS', async () => {
    const { url } = await api((_, reply) => reply.end());
    const { code, stdout } = await probe(url.replace('http:', 'https:'), '--origin', page);
    expect(code).toBe(1);
    expect(stdout).toContain('does not speak TLS on port');
    // No config names a "target" here.
    expect(stdout).toContain('it may speak plain HTTP: use http:// in the URL');
  });

  it('lets no peer steer the terminal', async () => {
    const server = createTcpServer((socket) => {
      socket.end(
        'HTTP/1.1 200 OK\r\nAccess-Control-Allow-Origin: \x9b2J\x1b]0;owned\x07\r\nContent-Length: 0\r\n\r\n'.replace(
          /\x1b|\x07/g,
          '\x9d',
        ),
        'latin1',
      );
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    onTestFinished(() => void server.close());
    const { stdout } = await probe(
      `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
      '--origin',
      page,
    );
    expect(stdout).not.toMatch(/[\x00-\x09\x0b-\x1f\x7f-\x9f]/);
  });

  it('gives it all as JSON', async () => {
    const { url } = await api((_, reply) => reply.end());
    const { code, stdout } = await probe(`${url}/user`, '--origin', page, '--json');
    expect(code).toBe(4);
    expect(JSON.parse(stdout)).toMatchObject({
      url: `${url}/user`,
      origin: page,
      method: 'GET',
      verdict: 'blocked',
      needsProxy: true,
      missing: [`Access-Control-Allow-Origin: ${page}`],
      steps: [{ kind: 'request', status: 200 }],
      route: { match: '/api/**', target: url, stripPrefix: '/api', cors: { allowOrigin: page } },
    });
  });

  it.each([
    [[], 'probe needs the URL of an API'],
    [['api.test/user'], 'it is no full http(s) URL'],
    [['https://u:p@api.test/'], 'fetch refuses it'],
    [['https://api.test/', '--origin', 'http://localhost:5173/'], 'as an origin'],
    [['https://api.test/', '--method', 'TRACE'], 'No page can send TRACE'],
  ])('cannot be asked %j', async (argv, said) => {
    const { code, stderr } = await probe(...argv);
    expect(code).toBe(2);
    expect(stderr).toContain(said);
  });
});

describe('what a browser makes of an answer', () => {
  const values = [undefined, '*', page, `${page}/`, 'null', `${page}, *`, 'nonsense', ''];
  const lists = [undefined, '*', 'PUT', 'put', 'GET, PUT', 'P T', ''];
  const names = [undefined, '*', 'X-A', 'x-a, authorization', 'x a'];
  const some = <T>(name: string, value: T | undefined) => (value === undefined ? {} : { [name]: value });

  const combinations = (['omit', 'include'] as const).flatMap((credentials) =>
    values.flatMap((origin) =>
      [undefined, 'true', 'True'].flatMap((trusted) =>
        lists.flatMap((methods) =>
          names.map((allowed) => ({
            credentials,
            fields: {
              ...some('Access-Control-Allow-Origin', origin),
              ...some('Access-Control-Allow-Credentials', trusted),
              ...some('Access-Control-Allow-Methods', methods),
              ...some('Access-Control-Allow-Headers', allowed),
            },
          })),
        ),
      ),
    ),
  );

  /** The simulated browser shares no code with the proxy, so that it can contradict it. */
  it('is what the simulated browser makes of it', () => {
    const unsafe = ['authorization', 'x-a'];
    for (const { credentials, fields } of combinations) {
      const answer = response(204, fields);
      const seen = {
        status: 204,
        headers: Object.entries(fields).map(([name, value]) => [name, String(value)] as const),
      };
      const asker = { origin: page, method: 'PUT', credentials };
      const row = JSON.stringify({ credentials, fields });
      const isReadable = corsCheck(asker, seen) === undefined;
      expect(whyUnreadable(answer, asker) === undefined, row).toBe(isReadable);
      const passes = preflightCheck(asker, seen, { method: 'PUT', unsafe }) === undefined;
      expect(whyPreflightFails(answer, asker, unsafe) === undefined, row).toBe(passes);
      // What passes lacks nothing; what lacks nothing fails by its form alone.
      const lacks = missingPreflightHeaders(answer, asker, unsafe).length > 0;
      expect(!lacks, row).toBe(passes || (!lacks && /P T|x a/.test(row)));
    }
  });
});
