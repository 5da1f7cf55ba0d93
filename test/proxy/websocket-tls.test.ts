/** Tunnels where TLS is spoken: by this proxy's listener, by the target, or on the way to it. */

import { Buffer } from 'node:buffer';
import { connect, createServer, type Socket } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import { certificateFiles, validCertificate } from '../support/certificates.ts';
import { clientOf, page, pageRequest, proxyTo, upstreamOf } from '../support/one-route.ts';
import { connectRaw, type RawClient } from '../support/raw-client.ts';
import { barrier, expectHead, expectRequest, expectText, fin, send } from '../support/raw-upstream.ts';
import { values } from '../support/strict-parser.ts';
import { startTestApp, type TestApp } from '../support/test-app.ts';
import { handshake, silent, switching } from '../support/websocket.ts';

async function listeningWithTls(target: string): Promise<TestApp> {
  const { remove, ...https } = await certificateFiles(await validCertificate());
  onTestFinished(remove);
  return startTestApp({
    listen: { https },
    routes: [{ match: '/api/**', target, cors: { allowOrigin: page } }],
  });
}

async function tlsClient(app: TestApp): Promise<RawClient> {
  const client = await connectRaw({ port: app.port, tls: ['http/1.1'] });
  onTestFinished(() => void client.socket.destroy());
  return client;
}

describe('a client of the HTTPS listener', () => {
  it('gets its tunnel, with early and late bytes', async () => {
    const upstream = await upstreamOf([
      expectRequest,
      send(`${switching}first`),
      expectText('early+late'),
      send('!'),
    ]);
    const app = await listeningWithTls(upstream.origin);
    const client = await tlsClient(app);
    await client.write(Buffer.concat([handshake(app), Buffer.from('early')]));
    await client.until('first');
    await client.write('+late');
    await client.until('first!');
  });

  it('is refused by its origin', async () => {
    const upstream = await upstreamOf([expectRequest, send(switching)]);
    const app = await listeningWithTls(upstream.origin);
    const client = await tlsClient(app);
    await client.write(handshake(app, { origin: 'http://evil.test' }));
    expect((await client.response()).status).toBe(403);
    expect(upstream.connections()).toBe(0);
  });

  it.each([
    ['in the handshake', silent],
    ['from its tunnel', [expectRequest, send(switching), barrier('handshake')]],
  ] as const)('that leaves %s takes the upstream with it', async (_name, script) => {
    const upstream = await upstreamOf(script);
    const app = await listeningWithTls(upstream.origin);
    const client = await tlsClient(app);
    await client.write(handshake(app));
    await upstream.reached('handshake');
    client.socket.destroy();
    expect(await upstream.closed(1)).not.toBe('open');
  });

  it('is let go when the upstream ends, after all that came', async () => {
    const big = Buffer.alloc(1_000_000, 'x');
    const upstream = await upstreamOf([expectRequest, send(switching), send(big), fin]);
    const app = await listeningWithTls(upstream.origin);
    const client = await tlsClient(app);
    await client.write(handshake(app));
    const { bytes, ended } = await client.end();
    expect([bytes.subarray(bytes.indexOf('\r\n\r\n') + 4).equals(big), ended === 'open']).toEqual([
      true,
      false,
    ]);
  });

  it('WS-10 asks for another upgrade and is answered as plain HTTP', async () => {
    const upstream = await upstreamOf([
      expectRequest,
      send('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok'),
    ]);
    const app = await listeningWithTls(upstream.origin);
    const client = await tlsClient(app);
    const headers = [['Connection', 'Upgrade'] as const, ['Upgrade', 'foo'] as const];
    await client.write(pageRequest(app, 'POST /api/x', { headers, body: 'body' }));
    expect((await client.response()).status).toBe(200);
    expect((await upstream.request(1)).body.toString()).toBe('body');
  });
});

describe("the name that TLS checks is the target's, whatever Host says", () => {
  const hosts = ['keep', 'other.test'];
  it.each(hosts)('for a request under request.host "%s"', async (host) => {
    const tls = await validCertificate();
    const { remove, cert } = await certificateFiles(tls);
    onTestFinished(remove);
    const ok = 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok';
    const upstream = await upstreamOf([expectHead, send(ok)], { tls });
    const route = { request: { host }, tls: { ca: cert } };
    const app = await proxyTo(`https://localhost:${upstream.port}`, route);
    const client = await clientOf(app);
    const bytes = `GET /api/x HTTP/1.1\r\nHost: app.localhost:${app.port}\r\n\r\n`;
    await client.write(bytes);
    const response = await client.response();
    expect([response.status, response.body.toString()]).toEqual([200, 'ok']);
  });

  it.each(hosts)('for a handshake under request.host "%s"', async (host) => {
    const tls = await validCertificate();
    const { remove, cert } = await certificateFiles(tls);
    onTestFinished(remove);
    const upstream = await upstreamOf([expectRequest, send(switching)], { tls });
    const route = { request: { host }, tls: { ca: cert } };
    const app = await proxyTo(`wss://localhost:${upstream.port}`, route);
    const client = await clientOf(app);
    await client.write(handshake(app));
    expect((await client.response()).status).toBe(101);
  });
});

describe('through the proxy of the network', () => {
  /** Takes CONNECT and joins the two connections; what else is asked of it, it refuses. */
  async function networkProxy(): Promise<{ readonly url: string; readonly asked: readonly string[] }> {
    const asked: string[] = [];
    const server = createServer((client) => {
      client.on('error', () => undefined);
      client.once('data', (head) => {
        const [method, authority = ''] = head.toString('latin1').split(' ');
        asked.push(`${method} ${authority}`);
        const upstream: Socket = connect(Number(authority.split(':').at(-1)), '127.0.0.1', () => {
          client.write('HTTP/1.1 200 Connected\r\n\r\n');
          client.pipe(upstream).pipe(client);
        });
        upstream.on('error', () => client.destroy());
        client.once('close', () => upstream.destroy());
      });
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    onTestFinished(() => void server.close());
    const address = server.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    return { url: `http://127.0.0.1:${port}`, asked };
  }

  it.each(['ws', 'wss'])('a %s: tunnel opens inside of its CONNECT', async (scheme) => {
    const tls = await validCertificate();
    const upstream = await upstreamOf(
      [expectRequest, send(switching), expectText('ping'), send('pong')],
      scheme === 'wss' ? { tls } : {},
    );
    const network = await networkProxy();
    const app = await proxyTo(`${scheme}://localhost:${upstream.port}`, {
      forwardProxy: network.url,
      tls: { verify: false },
    });
    const client = await clientOf(app);
    await client.write(handshake(app));
    await client.until('\r\n\r\n');
    await client.write('ping');
    await client.until('pong');
    expect(network.asked).toEqual([`CONNECT localhost:${upstream.port}`]);
  });

  it('WS-06 a silent upstream is 504, and its time begins when the connection stands', async () => {
    const upstream = await upstreamOf(silent);
    const network = await networkProxy();
    const app = await proxyTo(upstream.origin.replace('http:', 'ws:'), {
      forwardProxy: network.url,
      timeouts: { connect: 5000, headers: 60 },
    });
    const client = await clientOf(app);
    await client.write(handshake(app));
    const response = await client.response();
    expect([response.status, JSON.parse(response.body.toString()).code]).toEqual([
      504,
      'http_response_timeout',
    ]);
    expect(values(response.headers, 'connection')).toEqual(['close']);
  });
});
