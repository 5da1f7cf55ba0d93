/** The HTTPS listener: both protocols on one port, a sentence for those who speak plain HTTP to it, certificates renewed. */

import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { connect as connectTcp } from 'node:net';
import { Duplex } from 'node:stream';
import { connect as connectTls, type TLSSocket } from 'node:tls';
import { describe, expect, it, onTestFinished } from 'vitest';
import WebSocket, { WebSocketServer } from 'ws';
import { validCertificate } from '../support/certificates.ts';
import { ask, connectRaw, requestBytes } from '../support/raw-client.ts';
import { barrier, expectRequest, rawUpstream, respondWith, send } from '../support/raw-upstream.ts';
import { values } from '../support/strict-parser.ts';
import { startTestApp } from '../support/test-app.ts';
import { askHttp1, askHttp2, openSession, page, type Stand, startHttps } from './https-stand.ts';

const plainUpstream = () => respondWith(() => ({ status: 200, body: 'yes' }));

describe('one port for both protocols', () => {
  it('gives each client the one that it asks for by ALPN', async () => {
    const stand = await startHttps(await plainUpstream());
    const session = await stand.session();
    expect(stand.url).toBe(`https://localhost:${stand.port}`);
    expect(session.alpnProtocol).toBe('h2');
    expect(await askHttp2(session, { ':path': '/' })).toMatchObject({ status: 200, body: 'yes' });
    expect(await askHttp1(stand, { ALPNProtocols: ['http/1.1'] })).toMatchObject({
      status: 200,
      body: 'yes',
      alpn: 'http/1.1',
    });
    expect(await askHttp1(stand, { ALPNProtocols: [] })).toMatchObject({ status: 200, alpn: false });
  });

  it('tells the upstream of https, whichever it is', async () => {
    const upstream = await plainUpstream();
    const stand = await startHttps(upstream);
    await askHttp1(stand);
    await askHttp2(await stand.session(), { ':path': '/' });
    await upstream.request(2);
    expect(upstream.requests.map(({ headers }) => values(headers, 'x-forwarded-proto'))).toEqual([
      ['https'],
      ['https'],
    ]);
  });

  it('has the limits of the plain listener for HTTP/1.1', async () => {
    const stand = await startHttps(await plainUpstream(), {
      config: { listen: { limits: { headers: '40kb' } } },
    });
    const large = { 'x-a': 'x'.repeat(30_000), origin: page };
    expect((await askHttp1(stand, { headers: large })).status).toBe(200);
    const larger = await askHttp1(stand, { headers: { ...large, 'x-b': 'x'.repeat(30_000) } });
    expect(larger.status).toBe(431);
  });

  it('has the deadline of the plain listener for a head', async () => {
    // The handshake has as long, also on a busy machine.
    const stand = await startHttps(await plainUpstream(), {
      config: { listen: { timeouts: { head: 1000 } } },
    });
    const client = await connectRaw({ port: stand.port, tls: ['http/1.1'] });
    await client.write('GET / HTTP/1.1\r\nHost: local');
    expect((await client.response()).status).toBe(408);
  });

  it('takes a TLS client whose bytes come one by one', async () => {
    const stand = await startHttps(await plainUpstream());
    const tcp = connectTcp(stand.port, '127.0.0.1');
    tcp.setNoDelay(true);
    const socket = connectTls({ socket: dripping(tcp), ca: stand.ca, servername: 'localhost' });
    onTestFinished(() => socket.destroy() && undefined);
    await once(socket, 'secureConnect');
    socket.write('GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n');
    let text = '';
    socket.on('data', (chunk: Buffer) => {
      text += chunk.toString();
    });
    await once(socket, 'end');
    expect(text).toContain('yes');
  });
});

describe('CORS, the guard and cookies inside TLS', () => {
  const asks = [
    [
      'HTTP/1.1',
      async (stand: Stand, { method = 'GET', path = '/', host = 'localhost', headers = {} }) =>
        askHttp1(stand, { method, path, headers: { host, ...headers } }),
    ],
    [
      'HTTP/2',
      async (stand: Stand, { method = 'GET', path = '/', host = 'localhost', headers = {} }) =>
        askHttp2(await stand.session(), { ':method': method, ':path': path, ':authority': host, ...headers }),
    ],
  ] as const;
  const preflight = { origin: page, 'access-control-request-method': 'PUT' };

  for (const [version, askOne] of asks) {
    it(`answers a preflight over ${version}, and refuses one of another origin`, async () => {
      const upstream = await plainUpstream();
      const stand = await startHttps(upstream, { config: { cors: { allowOrigin: page } } });
      const granted = await askOne(stand, { method: 'OPTIONS', headers: preflight });
      const refused = await askOne(stand, {
        method: 'OPTIONS',
        headers: { ...preflight, origin: 'https://other.test' },
      });
      expect(granted.status).toBe(204);
      expect(granted.headers['access-control-allow-origin']).toBe(page);
      expect(granted.headers['access-control-allow-methods']).toContain('PUT');
      expect(refused.headers['access-control-allow-origin']).toBeUndefined();
      expect(upstream.requests).toEqual([]);
    });

    it(`lets the page read an actual request over ${version}`, async () => {
      const stand = await startHttps(await plainUpstream());
      const answer = await askOne(stand, { headers: { origin: page } });
      expect(answer).toMatchObject({ status: 200, body: 'yes' });
      expect(answer.headers['access-control-allow-origin']).toBe(page);
    });

    it(`refuses a Host that is not its own over ${version}`, async () => {
      const upstream = await plainUpstream();
      const stand = await startHttps(upstream);
      expect((await askOne(stand, { host: 'evil.test' })).status).toBe(403);
      expect(upstream.requests).toEqual([]);
    });

    it(`keeps Secure on cookies over ${version}, and lets a cross-site page have them back`, async () => {
      const upstream = await respondWith(() => ({
        status: 200,
        headers: [['Set-Cookie', 'id=1; Domain=api.example.com; Secure; SameSite=Lax']],
      }));
      const stand = await startHttps(upstream, {
        config: { cors: { allowOrigin: 'https://app.test', allowCredentials: true } },
      });
      const answer = await askOne(stand, {
        headers: { origin: 'https://app.test', 'sec-fetch-site': 'cross-site' },
      });
      const [cookie = ''] = answer.headers['set-cookie'] ?? [];
      expect(cookie).toMatch(/^id=1;/);
      expect(cookie).toMatch(/; Secure/);
      expect(cookie).toMatch(/; SameSite=None/);
      expect(cookie).not.toMatch(/Domain/);
    });

    it(`refuses CONNECT over ${version} and goes on`, async () => {
      const stand = await startHttps(await plainUpstream());
      const status =
        version === 'HTTP/2'
          ? (await askHttp2(await stand.session(), { ':method': 'CONNECT', ':authority': 'localhost' }))
              .status
          : (
              await ask(
                { port: stand.port, tls: ['http/1.1'] },
                'CONNECT localhost:1 HTTP/1.1\r\nHost: localhost\r\n\r\n',
              )
            ).status;
      expect(status).toBe(405);
      expect((await askOne(stand, {})).status).toBe(200);
    });
  }
});

describe('a WebSocket inside TLS', () => {
  it('is tunnelled over HTTP/1.1', async () => {
    const echo = new WebSocketServer({ port: 0, host: '127.0.0.1' });
    onTestFinished(() => echo.close());
    echo.on('connection', (socket) => socket.on('message', (data) => socket.send(`echo ${data}`)));
    await once(echo, 'listening');
    const address = echo.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    const origin = `http://127.0.0.1:${port}`;
    const stand = await startHttps(
      { origin, close: async () => {} },
      { config: { cors: { allowOrigin: page } } },
    );
    const client = new WebSocket(`wss://localhost:${stand.port}/`, { ca: stand.ca, origin: page });
    onTestFinished(() => client.terminate());
    await once(client, 'open');
    client.send('hello');
    const [data] = await once(client, 'message');
    expect(String(data)).toBe('echo hello');
  });

  it('is not offered over HTTP/2, so that browsers open another connection for it', async () => {
    const stand = await startHttps(await plainUpstream());
    const session = await stand.session();
    if (session.remoteSettings.enableConnectProtocol === undefined) await once(session, 'remoteSettings');
    expect(session.remoteSettings.enableConnectProtocol).not.toBe(true);
  });
});

describe('a client that speaks the wrong protocol', () => {
  it('is told in plain HTTP to use https, in words that its page can read', async () => {
    const upstream = await plainUpstream();
    const stand = await startHttps(upstream, { config: { cors: { allowOrigin: page } } });
    const request = requestBytes('GET /a', [
      ['Host', `localhost:${stand.port}`],
      ['Origin', page],
    ]);
    const answer = await ask({ port: stand.port }, request);
    expect(answer.status).toBe(400);
    expect(values(answer.headers, 'content-type')).toEqual(['application/problem+json']);
    expect(values(answer.headers, 'connection')).toEqual(['close']);
    expect(values(answer.headers, 'access-control-allow-origin')).toEqual([page]);
    expect(JSON.parse(answer.body.toString())).toMatchObject({
      detail: 'The client spoke plain HTTP to an HTTPS port',
      hint: expect.stringContaining('https://'),
    });
    expect(stand.notices.map(({ message }) => message)).toContain(
      '400 The client spoke plain HTTP to an HTTPS port. Mend: use https://, or take listen.https away',
    );
    expect(upstream.requests).toEqual([]);
  });

  it('gets its answer too where the bytes come one by one, and the connection is closed', async () => {
    const stand = await startHttps(await plainUpstream());
    const client = await connectRaw({ port: stand.port });
    const written = client.drip('GET / HTTP/1.1\r\nHost: localhost\r\n\r\n').catch(() => undefined);
    expect((await client.response()).status).toBe(400);
    await written;
    expect((await client.end()).ended).toBe('fin');
  });

  it('is told the other way round where it speaks TLS to a plain port', async () => {
    const upstream = await plainUpstream();
    onTestFinished(() => upstream.close());
    const app = await startTestApp({ target: upstream.origin });
    const client = await connectRaw({ port: app.port });
    await client.write(Buffer.from('16030100f5010000f1', 'hex'));
    const answer = await client.response();
    expect(answer.body.toString()).toContain('The client spoke TLS to a plain HTTP port');
    expect(app.notices.map(({ message }) => message)).toEqual([
      '400 The client spoke TLS to a plain HTTP port. Mend: use http://, or set listen.https',
    ]);
  });

  it('is let go where it says nothing at all', async () => {
    const stand = await startHttps(await plainUpstream(), { config: { listen: { timeouts: { head: 50 } } } });
    const client = await connectRaw({ port: stand.port });
    expect((await client.end()).ended).not.toBe('open');
    const half = await connectRaw({ port: stand.port });
    await half.write(Buffer.from([0x16]));
    expect((await half.end()).ended).not.toBe('open');
  });

  it('has all the time that it wants where listen.timeouts.head is 0', async () => {
    const stand = await startHttps(await plainUpstream(), { config: { listen: { timeouts: { head: 0 } } } });
    expect((await askHttp1(stand)).status).toBe(200);
  });

  it('may leave before it has said anything', async () => {
    const stand = await startHttps(await plainUpstream());
    for (const leave of ['fin', 'rst'] as const) {
      const client = await connectRaw({ port: stand.port });
      client[leave]();
      expect((await client.end()).ended).not.toBe('open');
    }
    expect((await askHttp1(stand)).status).toBe(200);
  });

  it('is turned away beyond the limit of connections', async () => {
    const stand = await startHttps(await plainUpstream(), {
      config: { listen: { limits: { connections: 1 } } },
    });
    const session = await stand.session();
    await expect(openSession(stand.port, stand.ca)).rejects.toThrow();
    expect((await ask({ port: stand.port }, 'GET / HTTP/1.1\r\n\r\n')).status).toBe(503);
    expect((await askHttp2(session, { ':path': '/' })).status).toBe(200);
    const told = stand.notices.slice(1).map(({ message }) => message);
    expect(told).toEqual(Array(2).fill('503 more than 1 connections: one was refused'));
  });
});

describe('a client that does not trust the certificate', () => {
  // RFC 8446 §6.2: certificate_unknown (Chrome), bad_certificate (Firefox), unknown_ca (curl).
  for (const [name, code] of Object.entries({
    certificate_unknown: 46,
    bad_certificate: 42,
    unknown_ca: 48,
  })) {
    for (const maxVersion of ['TLSv1.2', 'TLSv1.3'] as const) {
      it(`has its user told once what to do: ${name} in ${maxVersion}`, async () => {
        const stand = await startHttps(await plainUpstream());
        await refuseCertificate(stand.port, { maxVersion, code });
        await refuseCertificate(stand.port, { maxVersion, code });
        expect((await askHttp1(stand)).status).toBe(200);
        const told = stand.notices.filter(({ message }) => message.includes('does not trust'));
        expect(told).toEqual([{ level: 'warn', message: expect.stringContaining('mkcert -install') }]);
        expect(stand.notices.length).toBe(2);
      });
    }
  }
});

/** Node's own client says nothing when it refuses a certificate; browsers and curl send an alert. */
async function refuseCertificate(
  port: number,
  { maxVersion, code }: { readonly maxVersion: 'TLSv1.2' | 'TLSv1.3'; readonly code: number },
): Promise<void> {
  const tcp = connectTcp(port, '127.0.0.1');
  tcp.on('error', () => {});
  const client = connectTls({
    socket: new Duplex({ read: () => {}, write: (hello, _encoding, done) => tcp.write(hello, done) }),
    maxVersion,
  });
  client.on('error', () => {});
  onTestFinished(() => client.destroy() && undefined);
  tcp.once('data', () => tcp.write(Buffer.from([0x15, 3, 3, 0, 2, 2, code])));
  await new Promise((resolve) => tcp.once('close', resolve));
}

describe('a renewed certificate', () => {
  it('LC-24 is shown to new connections; the old ones live on', async () => {
    const upstream = await rawUpstream([
      expectRequest,
      send('HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhe'),
      barrier('renewed'),
      send('llo'),
    ]);
    const stand = await startHttps(upstream);
    const session = await stand.session();
    const before = serial(session.socket as TLSSocket);
    const answer = askHttp2(session, { ':path': '/' });
    await upstream.reached('renewed');
    const next = await validCertificate();
    await writeFile(stand.files.cert, next.cert);
    await writeFile(stand.files.key, next.key);
    await stand.app.renewCertificate();
    const renewed = await openSession(stand.port, next.cert);
    expect(serial(renewed.socket as TLSSocket)).not.toBe(before);
    upstream.release('renewed');
    expect(await answer).toMatchObject({ status: 200, body: 'hello' });
  });

  it('stays the old one where the files cannot be read or do not belong together', async () => {
    const stand = await startHttps(await plainUpstream());
    const next = await validCertificate();
    await writeFile(stand.files.cert, next.cert);
    await expect(stand.app.renewCertificate()).rejects.toThrow();
    await writeFile(stand.files.key, 'no key');
    await expect(stand.app.renewCertificate()).rejects.toThrow();
    expect((await askHttp1(stand)).status).toBe(200);
  });
});

function serial(socket: TLSSocket): string {
  return socket.getPeerCertificate().serialNumber;
}

/** Passes what is written on byte by byte, each in its own turn of the event loop. */
function dripping(tcp: ReturnType<typeof connectTcp>): Duplex {
  const duplex = new Duplex({
    read: () => tcp.resume(),
    write: (chunk: Buffer, _encoding, done) => {
      const next = (at: number): void => {
        if (at === chunk.length) done();
        else tcp.write(chunk.subarray(at, at + 1), () => setImmediate(next, at + 1));
      };
      next(0);
    },
    final: (done) => {
      tcp.end();
      done();
    },
  });
  tcp.on('data', (chunk: Buffer) => duplex.push(chunk) || tcp.pause());
  tcp.on('end', () => duplex.push(null));
  tcp.on('error', (error) => duplex.destroy(error));
  return duplex;
}
