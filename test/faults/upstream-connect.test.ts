/** No connection to the API: the page reads which of the many reasons it was, and what to do about it. */

import type { LookupFunction } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import { certificateFiles, expiredCertificate, validCertificate } from '../support/certificates.ts';
import { checkConfig } from '../support/test-app.ts';
import {
  expectAlive,
  expectOk,
  expectProblem,
  expectReadable,
  get,
  type Problem,
  wishOf,
} from './expectations.ts';
import { fault, titleOf } from './fault-table.ts';
import { closedPort, failsWith, leadsTo, neverAnswers } from './names.ts';
import {
  bareServer,
  type StandOptions,
  saying,
  stand,
  standBefore,
  startUpstream,
  watchProcess,
} from './stand.ts';

watchProcess();

/** Asks once, expects what the row says, and that the client's connection and the journal know. */
async function expectFailure(id: string, target: string, options: StandOptions = {}): Promise<Problem> {
  const { app, client: connect } = await standBefore(target, options);
  const client = await connect();
  const problem = expectProblem(await get(client), wishOf(id));
  expect(problem).toMatchObject({ route: '/api/**', upstream: target });
  const { outcome, failure, attempts } = await app.exchange(1);
  expect({ outcome, code: failure?.code, attempts }).toEqual({
    outcome: 'upstream_error',
    code: fault(id).expected.code,
    attempts: 1,
  });
  await expectAlive(client);
  return problem;
}

describe('the name or the network', () => {
  it(titleOf('UC-02'), async () => {
    const port = await closedPort();
    const app = { lookup: leadsTo('::1', '127.0.0.1') };
    const { detail, hint } = await expectFailure('UC-02', `http://api.test:${port}`, { app });
    expect(detail).toContain(`ECONNREFUSED ::1:${port}`);
    expect(detail).toContain(`ECONNREFUSED 127.0.0.1:${port}`);
    expect(hint).toContain(`port ${port}`);
  });

  const rows: readonly (readonly [id: string, which: string, lookup: LookupFunction, said: RegExp])[] = [
    ['UC-04', '', failsWith('EAI_AGAIN'), /offline/],
    ['UC-05', '', neverAnswers, /api\.test was not resolved within 100 ms/],
    ['UC-06', 'the system gives up', failsWith('ETIMEDOUT'), /timeouts\.connect/],
    ['UC-07', 'EHOSTUNREACH', failsWith('EHOSTUNREACH'), /EHOSTUNREACH/],
    ['UC-07', 'ENETUNREACH', failsWith('ENETUNREACH'), /ENETUNREACH/],
    ['UC-13', 'EMFILE', failsWith('EMFILE'), /EMFILE.*ulimit/],
    ['UC-13', 'EADDRNOTAVAIL', failsWith('EADDRNOTAVAIL'), /EADDRNOTAVAIL/],
    ['UC-15', '', failsWith('ENOENT'), /ENOENT/],
    ['SE-08', '', leadsTo('169.254.169.254'), /api\.test leads to 169\.254\.169\.254/],
    ['SE-08', 'one of several addresses', leadsTo('127.0.0.1', '169.254.169.254'), /169\.254\.169\.254/],
    ['SE-08', 'written as IPv6', leadsTo('::ffff:169.254.169.254'), /169\.254\.169\.254/],
  ];
  it.each(rows.map(([id, which, lookup, said]) => [titleOf(id, which), id, lookup, said] as const))(
    '%s',
    async (_title, id, lookup, said) => {
      const options = { app: { lookup }, route: { timeouts: { connect: 100 } } };
      const { detail, hint } = await expectFailure(id, 'http://api.test', options);
      expect(`${detail}. ${hint ?? ''}`).toMatch(said);
    },
  );

  it(`${titleOf('UC-13')} — the answer says when to come again`, async () => {
    const { client: connect } = await standBefore('http://api.test', {
      app: { lookup: failsWith('EMFILE') },
    });
    const { headers } = await get(await connect());
    expect(headers).toContainEqual(['Retry-After', '1']);
  });

  it(titleOf('UC-16'), async () => {
    const upstream = await startUpstream();
    const app = { lookup: leadsTo('::1', '127.0.0.1') };
    const { client: connect } = await standBefore(`http://localhost:${upstream.port}`, { app });
    const client = await connect();
    expectOk(await get(client));
    await expectAlive(client);
  });

  it(titleOf('UC-17'), async () => {
    const port = await closedPort();
    const { client: connect } = await standBefore(`http://127.0.0.1:${port}`);
    const client = await connect();
    expectProblem(await get(client), { status: 502, code: 'connection_refused' });
    await bareServer(saying('ok'), { port });
    expectOk(await get(client));
    await expectAlive(client);
  });

  it(titleOf('UC-14', 'named by its port: refused when the config is loaded'), () => {
    for (const name of ['localhost', '127.0.0.1', '[::1]', 'api.localhost']) {
      const checked = checkConfig({ listen: { port: 8123 }, target: `http://${name}:8123` });
      expect(checked.problems).toMatchObject([{ code: 'CP117', severity: 'error' }]);
    }
  });

  it(titleOf('UC-14', 'on a port that the system chose: at run time'), async () => {
    const { app, client: connect } = await stand();
    const cors = { allowOrigin: 'http://app.test' };
    await app.reload({
      listen: { host: '127.0.0.1' },
      routes: [{ match: '/api/**', target: app.url, cors }],
    });
    const client = await connect();
    const response = await get(client);
    expect(response.status).toBe(502);
    expectReadable(response);
    expect(JSON.parse(response.body.toString())).toMatchObject({
      code: 'proxy_loop_detected',
      hint: expect.stringContaining('"target"'),
    });
    expect((await app.exchange(2)).head.target).toBe('/api/x');
    expect(app.exchanges.length).toBe(2);
    await expectAlive(client);
  });
});

describe('TLS', () => {
  async function filesOf(certificate: { readonly cert: string; readonly key: string }) {
    const files = await certificateFiles(certificate);
    onTestFinished(files.remove);
    return files;
  }

  it(`${titleOf('UC-08')} (SE-10)`, async () => {
    const upstream = await startUpstream({ upstream: { tls: await validCertificate() } });
    const { hint } = await expectFailure('UC-08', upstream.origin);
    expect(hint).toContain('tls.ca');
    expect(upstream.requests).toEqual([]);
  });

  it('UC-08 with its authority in tls.ca it is trusted, and with tls.verify false it is not asked', async () => {
    const certificate = await validCertificate();
    const upstream = await startUpstream({ upstream: { tls: certificate } });
    const { cert } = await filesOf(certificate);
    for (const tls of [{ ca: cert }, { verify: false }]) {
      const { client: connect } = await standBefore(upstream.origin, { route: { tls } });
      expectOk(await get(await connect()));
    }
  });

  it(titleOf('UC-09', 'another name'), async () => {
    const certificate = await validCertificate();
    const upstream = await startUpstream({ upstream: { tls: certificate } });
    const { cert: ca } = await filesOf(certificate);
    const options = { app: { lookup: leadsTo('127.0.0.1') }, route: { tls: { ca } } };
    const { detail, hint } = await expectFailure('UC-09', `https://api.test:${upstream.port}`, options);
    expect(detail).toContain('ERR_TLS_CERT_ALTNAME_INVALID');
    expect(hint).toContain('another name');
  });

  it(titleOf('UC-09', 'expired'), async () => {
    const certificate = await expiredCertificate();
    const upstream = await startUpstream({ upstream: { tls: certificate } });
    const { cert: ca } = await filesOf(certificate);
    const { detail, hint } = await expectFailure('UC-09', upstream.origin, { route: { tls: { ca } } });
    expect(detail).toContain('CERT_HAS_EXPIRED');
    expect(hint).toContain('clock');
  });

  it(titleOf('UC-10'), async () => {
    const { port } = await bareServer((socket) => {
      socket.once('data', () => socket.end('HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n'));
    });
    const { hint } = await expectFailure('UC-10', `https://127.0.0.1:${port}`);
    expect(hint).toContain('use http://');
  });

  it(titleOf('UC-11'), async () => {
    // Alert, TLS 1.2, two bytes: fatal, handshake_failure.
    const { port } = await bareServer((socket) => {
      socket.once('data', () => socket.end(Buffer.from('15030300020228', 'hex')));
    });
    const { detail, hint } = await expectFailure('UC-11', `http://127.0.0.1:${port}`);
    expect(detail).toContain('answered with TLS');
    expect(hint).toContain('use https://');
  });

  it('UC-11 a TLS server that hangs up without an alert: no more is known than that, but the hint says https', async () => {
    const upstream = await startUpstream({ upstream: { tls: await validCertificate() } });
    const { client: connect } = await standBefore(upstream.origin.replace('https:', 'http:'));
    const problem = expectProblem(await get(await connect()), { status: 502, code: 'connection_terminated' });
    expect(problem.hint).toContain('use https://');
  });

  it(titleOf('UC-12'), async () => {
    const { port } = await bareServer((socket) => void socket.resume());
    const { hint } = await expectFailure('UC-12', `https://127.0.0.1:${port}`, {
      route: { timeouts: { connect: 100 } },
    });
    expect(hint).toContain('timeouts.connect');
  });
});
