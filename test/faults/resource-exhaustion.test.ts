/** Too much of everything: what there is a limit for is refused in words, what there is none for is passed on whole. */

import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { describe, expect, it, onTestFinished } from 'vitest';
import { plan } from '../../src/plan.ts';
import { connectRaw, type RawClient } from '../support/raw-client.ts';
import { values } from '../support/strict-parser.ts';
import { checkConfig } from '../support/test-app.ts';
import { expectAlive, expectClosed, expectOk, expectProblem, get } from './expectations.ts';
import { titleOf } from './fault-table.ts';
import { ask, page, stand, startUpstream, watchProcess } from './stand.ts';

watchProcess();

describe('connections', () => {
  it(titleOf('RX-02'), async () => {
    const { app, upstream, client: connect } = await stand({ listen: { limits: { connections: 2 } } });
    const [first, second] = [await connect(), await connect()];
    expectOk(await get(first));
    const third = await connect();
    await third.write(ask('GET /api/x')).catch(() => undefined);
    const response = await third.response();
    const { hint } = expectProblem(response, { status: 503, code: 'connection_limit_reached', cors: 'none' });
    expect(hint).toContain('listen.limits.connections');
    expect(values(response.headers, 'retry-after')).toEqual(['1']);
    await expectClosed(third);
    expect(app.notices.map(({ level }) => level)).toEqual(['warn']);
    expectOk(await get(second));
    expect(upstream.requests.length).toBe(2);
    second.rst();
    await expect.poll(async () => (await statusOf(await connect())) ?? 0).toBe(200);
  });

  /** The status of a page's GET; a connection over the limit is answered before it asks. */
  async function statusOf(client: RawClient): Promise<number> {
    await client.write(ask('GET /api/x')).catch(() => undefined);
    const { status } = await client.response();
    client.socket.destroy();
    return status;
  }

  it(titleOf('RX-03'), async () => {
    const { client: connect } = await stand({ listen: { timeouts: { head: 1000 } } });
    const slow = await Promise.all(Array.from({ length: 500 }, () => connect()));
    await Promise.all(
      slow.map((client) => client.write('GET /api/x HTTP/1.1\r\nHost: localhost\r\nX-Slow: ')),
    );
    const client = await connect();
    // The best of a few: what else this machine does is not measured.
    const times: number[] = [];
    for (let n = 0; n < 5; n += 1) {
      const before = performance.now();
      expectOk(await get(client));
      times.push(performance.now() - before);
    }
    expect(Math.min(...times)).toBeLessThan(200);
    const answers = await Promise.all(slow.map((one) => one.response()));
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([408]));
  });

  const bin = fileURLToPath(new URL('../../bin/cors-proxy.js', import.meta.url));
  const isBuilt = existsSync(new URL('../../dist/cli/start.js', import.meta.url));

  // Node needs more than 64 handles to load a program of this size.
  it.skipIf(!isBuilt || process.platform === 'win32')(
    titleOf('RX-01', 'here with 128, and 200 connections'),
    async () => {
      const upstream = await startUpstream();
      const child = spawn('sh', [
        '-c',
        `ulimit -n 128 && exec "$0" "$@"`,
        process.execPath,
        bin,
        upstream.origin,
        '--port',
        '0',
        '--allow-origin',
        page,
        '--log-format',
        'json',
        '--no-watch',
      ]);
      onTestFinished(() => {
        child.kill('SIGKILL');
      });
      const { port } = await readyLine(child);
      const crowd = await Promise.all(
        Array.from({ length: 200 }, () => connectRaw({ port }).catch(() => undefined)),
      );
      for (const client of crowd) client?.socket.on('error', () => undefined);
      for (const client of crowd) client?.socket.destroy();
      await expect.poll(() => answerOf(port)).toBe('ok');
      expect(child.exitCode).toBeNull();
    },
  );

  async function readyLine(child: ChildProcess): Promise<{ readonly port: number }> {
    if (child.stdout === null) throw new Error('The child has no standard output');
    for await (const line of createInterface(child.stdout)) {
      const event: { readonly event: string; readonly port: number } = JSON.parse(line);
      if (event.event === 'ready') return event;
    }
    throw new Error('The child ended before it was ready');
  }

  async function answerOf(port: number): Promise<string> {
    const answer = await fetch(`http://127.0.0.1:${port}/x`, { headers: { origin: page } }).catch(
      () => undefined,
    );
    return (await answer?.text()) ?? '';
  }
});

describe('paths and origins', () => {
  it(titleOf('RX-05'), () => {
    const routes = Array.from({ length: 500 }, (_, i) => ({
      match: `/a/**/${i}/**/x${i}*y/**`,
      target: 'http://127.0.0.1:1',
    }));
    const checked = checkConfig({ routes });
    if (!checked.ok) throw new Error('The routes do not compile');
    const { index } = checked.value;
    const paths = [
      `/${'a/'.repeat(4096)}`,
      `/a/${'a'.repeat(8192)}!`,
      `/a/1/x1${'y'.repeat(4096)}!/`,
      `/a/${'1/'.repeat(2048)}x1z`,
    ];
    for (const path of paths) {
      // The best of a few: what else this machine does is not measured.
      const times = Array.from({ length: 20 }, () => {
        const before = performance.now();
        index.find(path, 'GET');
        return performance.now() - before;
      });
      expect(Math.min(...times), path.slice(0, 20)).toBeLessThan(5);
    }
  });

  it(titleOf('RX-06', 'each decision is its own'), () => {
    const checked = checkConfig({
      routes: [
        { match: '/api/**', target: 'http://127.0.0.1:1', cors: { allowOrigin: 'https://*.app.test' } },
      ],
    });
    if (!checked.ok) throw new Error('The config does not compile');
    const listener = { scheme: 'http', via: 'test' } as const;
    for (let n = 0; n < 10_000; n += 1) {
      const isListed = n % 2 === 0;
      const origin = `https://n${n}.${isListed ? 'app' : 'evil'}.test`;
      const headers = ['Host', 'localhost', 'Origin', origin];
      const planned = plan(
        { method: 'GET', target: `/api/${n}`, version: '1.1', headers, client: '', listener },
        checked.value,
      );
      expect(planned.kind).toBe(isListed ? 'forward' : 'refuse');
      if (planned.kind !== 'forward') continue;
      expect(planned.decision).toMatchObject({ kind: 'allowed', origin });
      expect(planned.upstream.path).toBe(`/api/${n}`);
    }
  });

  it(titleOf('RX-06', 'over HTTP, and every answer is its own'), async () => {
    const { client: connect } = await stand({
      answer: ({ target }) => ({ status: 200, body: target }),
      route: { cors: { allowOrigin: 'https://*.app.test' } },
    });
    const client = await connect();
    for (let n = 0; n < 500; n += 1) {
      const origin = `https://n${n}.app.test`;
      await client.write(ask(`GET /api/${n}`).replace(page, origin));
      const { status, headers, body } = await client.response();
      expect([status, body.toString(), ...values(headers, 'access-control-allow-origin')]).toEqual([
        200,
        `/api/${n}`,
        origin,
      ]);
    }
    await expectAlive(client);
  });
});

describe('response heads', () => {
  it.each([
    [
      '64 KB of Set-Cookie',
      Array.from({ length: 16 }, (_, i) => ['Set-Cookie', `c${i}=${'x'.repeat(4090)}`] as const),
    ],
    ['200 fields', Array.from({ length: 200 }, (_, i) => [`X-${i}`, `${i}`] as const)],
  ])(`${titleOf('RX-11')} — %s`, async (_which, lines) => {
    const { client: connect } = await stand({ answer: () => ({ status: 200, headers: lines, body: 'ok' }) });
    const client = await connect();
    // Without an Origin: cookies of a plain navigation pass.
    await client.write('GET /api/x HTTP/1.1\r\nHost: localhost\r\n\r\n');
    const { headers, status } = await client.response();
    expect(status).toBe(200);
    expect(
      headers
        .filter(([name]) => /^(?:Set-Cookie|X-[0-9]+)$/.test(name))
        .map(([name, value]) => [name, value.split(';')[0]]),
    ).toEqual(lines);
    await expectAlive(client);
  });
});
