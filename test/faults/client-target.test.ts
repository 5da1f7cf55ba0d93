/**
 * The string that a glob matches is the string that is forwarded, and the authority comes from the config alone. A
 * target or a Host that two readers could take for two things is refused.
 */

import { describe, expect, it } from 'vitest';
import { values } from '../support/strict-parser.ts';
import {
  expectAlive,
  expectClosed,
  expectOk,
  expectProblem,
  expectReadable,
  expectUntouched,
  get,
  wishOf,
} from './expectations.ts';
import { titleOf } from './fault-table.ts';
import { ask, page, stand, watchProcess } from './stand.ts';

watchProcess();

const asked = (target: string, host = 'localhost') =>
  `GET ${target} HTTP/1.1\r\nHost: ${host}\r\nOrigin: ${page}\r\n\r\n`;

describe('a Host that names nobody ends the connection', () => {
  const twoHosts = asked('/api/x').replace('Host: localhost', 'Host: localhost\r\nHost: evil.test');
  const rows: readonly (readonly [id: string, which: string, bytes: string])[] = [
    ['CT-01', '', asked('/api/x').replace('Host: localhost\r\n', '')],
    ['CT-02', '', twoHosts],
    ['CT-03', '', asked('/api/x', '')],
    ...['a b', 'a@b', 'a,b', '[::1', 'a:99999', 'a..b'].map((host) => {
      return ['CT-04', host, asked('/api/x', host)] as const;
    }),
    ['CT-17', 'a byte beyond ASCII', asked('/api/\xe9')],
    ['CT-17', 'a space', asked('/api/a b')],
    ['CT-17', 'a control character', asked('/api/\x01')],
    ['CT-29', 'FOO', asked('/api/x').replace('GET', 'FOO')],
    ['CT-29', 'get', asked('/api/x').replace('GET', 'get')],
  ];
  it.each(rows.map(([id, which, bytes]) => [titleOf(id, which), id, bytes] as const))(
    '%s',
    async (_title, id, bytes) => {
      const { upstream, client: connect } = await stand();
      const client = await connect();
      await client.write(bytes);
      expectProblem(await client.response(), wishOf(id));
      await expectClosed(client);
      expectUntouched(upstream);
    },
  );
});

/** DNS rebinding: a page on evil.test that resolves to this machine is same-origin for its browser. */
describe('a name that is not ours gets no answer that it could read', () => {
  const rows: readonly (readonly [id: string, bytes: string, named: string])[] = [
    ['CT-05', asked('/api/x', 'attacker.example'), 'attacker.example'],
    ['CT-07', asked('http://evil.test/api/x'), 'evil.test'],
  ];
  it.each(rows.map(([id, bytes, named]) => [titleOf(id), id, bytes, named] as const))(
    '%s',
    async (_title, id, bytes, named) => {
      const { upstream, client: connect } = await stand();
      const client = await connect();
      await client.write(bytes);
      const { detail, hint } = expectProblem(await client.response(), { ...wishOf(id), cors: 'none' });
      expect(detail).toContain(`"${named}"`);
      expect(hint).toContain('listen.allowedHosts');
      expectUntouched(upstream);
      await expectAlive(client);
    },
  );
});

describe('a path with two readings is refused, and the connection stays', () => {
  const rows: readonly (readonly [id: string, target: string])[] = [
    ['CT-12', '/api/../admin'],
    ['CT-12', '/api/%2e%2e/admin'],
    ['CT-12', '/api/%2E./x'],
    ['CT-13', '/api/a\\b'],
    ['CT-14', '/api/a#frag'],
  ];
  it.each(rows.map(([id, target]) => [titleOf(id, target), id, target] as const))(
    '%s',
    async (_title, id, target) => {
      const { upstream, client: connect } = await stand();
      const client = await connect();
      expectProblem(await get(client, target), wishOf(id));
      expectUntouched(upstream);
      await expectAlive(client);
    },
  );

  it(titleOf('CT-15', '%00'), async () => {
    const { upstream, client: connect } = await stand();
    const client = await connect();
    expectProblem(await get(client, '/api/a%00b'), { status: 400, code: 'http_request_error' });
    expectUntouched(upstream);
    await expectAlive(client);
  });
});

describe('a path goes up byte for byte', () => {
  const rows: readonly (readonly [id: string, target: string])[] = [
    ['CT-15', '/api/a%2Fb'],
    ['CT-15', '/api/a%2fb%5Cc'],
    ['CT-15', '/api/100%25?q=%25#'.slice(0, -1)],
    ['CT-16', '/api/%zz'],
    ['CT-16', '/api/%'],
    ['SE-03', '/api/@evil.test:80/x'],
    ['SE-03', '/api//evil.test/x'],
    ['SE-03', '/api/:80'],
    ['SE-04', '/api/%0d%0aX-Injected:1?q=%0d%0aX-Injected:1'],
  ];
  it.each(rows.map(([id, target]) => [titleOf(id, target), target] as const))(
    '%s',
    async (_title, target) => {
      const { upstream, client: connect } = await stand();
      const client = await connect();
      expectOk(await get(client, target));
      const seen = await upstream.request(1);
      expect(seen.target).toBe(target);
      expect(values(seen.headers, 'host')).toEqual([upstream.authority]);
      expect(values(seen.headers, 'x-injected')).toEqual([]);
      await expectAlive(client);
    },
  );

  it(titleOf('CT-15', '%2F separates no segments for a glob'), async () => {
    const { upstream, client: connect } = await stand({ route: { match: '/api/*' } });
    const client = await connect();
    expectOk(await get(client, '/api/a%2Fb'));
    expectProblem(await get(client, '/api/a/b'), { status: 404, code: 'destination_not_found' });
    expect(upstream.requests.length).toBe(1);
  });

  it(titleOf('CT-10', 'no route takes it'), async () => {
    const { upstream, client: connect } = await stand();
    const client = await connect();
    expectProblem(await get(client, '//evil.test/x'), { status: 404, code: 'destination_not_found' });
    expectUntouched(upstream);
    await expectAlive(client);
  });

  it(titleOf('CT-10', 'a route takes it'), async () => {
    const { upstream, client: connect } = await stand({ route: { match: '/**' } });
    const client = await connect();
    expectOk(await get(client, '//evil.test/x'));
    const seen = await upstream.request(1);
    expect(seen.target).toBe('//evil.test/x');
    expect(values(seen.headers, 'host')).toEqual([upstream.authority]);
  });

  it(titleOf('CT-06'), async () => {
    const { app, upstream, client: connect } = await stand();
    const client = await connect();
    await client.write(asked(`http://localhost:${app.port}/api/x`, 'other.test'));
    expectOk(await client.response());
    const seen = await upstream.request(1);
    expect(seen.target).toBe('/api/x');
    expect(values(seen.headers, 'host')).toEqual([upstream.authority]);
    await expectAlive(client);
  });
});

describe('what asks for the server as a whole, or for a way through it', () => {
  it(titleOf('CT-09'), async () => {
    const { upstream, client: connect } = await stand();
    const client = await connect();
    await client.write(ask('OPTIONS *'));
    const response = await client.response({ method: 'OPTIONS' });
    expect(response.status).toBe(204);
    expect(values(response.headers, 'allow').join()).toContain('GET, HEAD, POST');
    expectReadable(response);
    expectUntouched(upstream);
    await expectAlive(client);
  });

  it(titleOf('CT-30'), async () => {
    const { upstream, client: connect } = await stand();
    const client = await connect();
    await client.write(ask('TRACE /api/x'));
    const response = await client.response({ method: 'TRACE' });
    expectProblem(response, wishOf('CT-30'));
    expect(values(response.headers, 'allow').join()).toContain('GET, HEAD, POST');
    expectUntouched(upstream);
    await expectAlive(client);
  });

  it('CONNECT opens no tunnel: 405, and the connection ends', async () => {
    const { upstream, client: connect } = await stand();
    const client = await connect();
    await client.write(ask(`CONNECT ${upstream.authority}`));
    const response = await client.response({ method: 'CONNECT' });
    expectProblem(response, { status: 405, code: 'http_request_denied' });
    await expectClosed(client);
    expectUntouched(upstream);
  });

  it.each([0, 1])(`${titleOf('CT-31')} — Max-Forwards: %i`, async (left) => {
    const { upstream, client: connect } = await stand();
    const client = await connect();
    await client.write(ask('OPTIONS /api/x', [`Max-Forwards: ${left}`]));
    const response = await client.response({ method: 'OPTIONS' });
    expect(response.status).toBe(200);
    expectReadable(response);
    expect(upstream.requests.map(({ headers }) => values(headers, 'max-forwards'))).toEqual(
      left === 0 ? [] : [['0']],
    );
    await expectAlive(client);
  });
});
