/** A proxy that listens with HTTPS, an upstream behind it, and clients of both protocols that trust its certificate. */

import {
  type ClientHttp2Session,
  connect,
  type IncomingHttpHeaders,
  type IncomingHttpStatusHeader,
  type OutgoingHttpHeaders,
} from 'node:http2';
import { type RequestOptions, request as requestHttps } from 'node:https';
import type { ConnectionOptions } from 'node:tls';
import { onTestFinished } from 'vitest';
import type { ConfigFile } from '../../src/config/schema.ts';
import { type Certificate, certificateFiles, validCertificate } from '../support/certificates.ts';
import type { RawUpstream } from '../support/raw-upstream.ts';
import { startTestApp, type TestApp, type TestAppOptions } from '../support/test-app.ts';

export const page = 'http://localhost:5173';

export interface Stand extends TestApp {
  readonly ca: string;
  /** Files of the certificate, to be overwritten. */
  readonly files: { readonly cert: string; readonly key: string };
  /** A session of HTTP/2, closed when the test ends. */
  readonly session: () => Promise<ClientHttp2Session>;
}

let made: Promise<Certificate> | undefined;

export interface StandOptions extends TestAppOptions {
  readonly config?: ConfigFile;
}

/** Every path goes to `upstream`; `config` stands over what is written here. */
export async function startHttps(
  upstream: Pick<RawUpstream, 'origin' | 'close'>,
  { config = {}, ...options }: StandOptions = {},
): Promise<Stand> {
  made ??= validCertificate();
  const certificate = await made;
  const { remove, ...files } = await certificateFiles(certificate);
  onTestFinished(remove);
  onTestFinished(() => upstream.close());
  const app = await startTestApp(
    { target: upstream.origin, ...config, listen: { ...config.listen, https: files } },
    options,
  );
  const ca = certificate.cert;
  return { ...app, ca, files, session: () => openSession(app.port, ca) };
}

export async function openSession(port: number, ca: string): Promise<ClientHttp2Session> {
  const session = connect(`https://localhost:${port}`, { ca });
  onTestFinished(() => session.destroy());
  session.on('error', () => {});
  await new Promise<void>((resolve, reject) => {
    session.once('connect', () => resolve());
    session.once('error', reject);
  });
  return session;
}

export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
  readonly trailers: IncomingHttpHeaders;
  /** `end`, or the code with which the stream was reset. */
  readonly ended: 'end' | number;
}

/** One request over HTTP/2; `body` is sent without Content-Length. */
export function askHttp2(
  session: ClientHttp2Session,
  headers: OutgoingHttpHeaders,
  body?: string | Buffer,
): Promise<Answer> {
  const stream = session.request(headers, { endStream: body === undefined });
  return new Promise((resolve) => {
    let head: IncomingHttpHeaders & IncomingHttpStatusHeader = {};
    let trailers: IncomingHttpHeaders = {};
    let hasEnded = false;
    const chunks: Buffer[] = [];
    stream.on('response', (received) => {
      head = received;
    });
    stream.on('trailers', (received) => {
      trailers = received;
    });
    stream.on('data', (chunk: Buffer) => chunks.push(chunk));
    stream.on('end', () => {
      hasEnded = !stream.aborted;
    });
    stream.on('error', () => {});
    stream.on('close', () => {
      resolve({
        status: Number(head[':status'] ?? 0),
        headers: head,
        body: Buffer.concat(chunks).toString('latin1'),
        trailers,
        ended: hasEnded && stream.rstCode === 0 ? 'end' : (stream.rstCode ?? -1),
      });
    });
    if (body !== undefined) stream.end(body);
  });
}

/** One request over HTTP/1.1 in TLS. */
export function askHttp1(
  { port, ca }: { readonly port: number; readonly ca: string },
  options: RequestOptions & Pick<ConnectionOptions, 'ALPNProtocols'> = {},
): Promise<Answer & { readonly alpn: string | false | null }> {
  // Without a name, Node would check the certificate against the Host that is tested.
  const defaults = { host: 'localhost', servername: 'localhost', port, ca, agent: false };
  return new Promise((resolve, reject) => {
    const request = requestHttps({ ...defaults, ...options }, (response) => {
      const chunks: Buffer[] = [];
      const { socket } = response;
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('error', reject);
      response.on('end', () => {
        resolve({
          status: response.statusCode ?? 0,
          headers: response.headers,
          body: Buffer.concat(chunks).toString('latin1'),
          trailers: response.trailers,
          ended: 'end',
          alpn: 'alpnProtocol' in socket ? (socket.alpnProtocol as string | false | null) : null,
        });
      });
    });
    request.on('error', reject);
    request.end();
  });
}

/** A frame of HTTP/2 (RFC 9113 §4.1), for what Node's own client would not write. */
export function frame(type: FrameType, flags: number, payload: Buffer): Buffer {
  const head = Buffer.alloc(9);
  head.writeUIntBE(payload.length, 0, 3);
  head[3] = frameTypes.indexOf(type);
  head[4] = flags;
  head.writeUInt32BE(type === 'settings' || type === 'ping' ? 0 : 1, 5);
  return Buffer.concat([head, payload]);
}

const frameTypes = ['data', 'headers', 'priority', 'reset', 'settings', 'push', 'ping', 'goaway'] as const;
type FrameType = (typeof frameTypes)[number];

/** The types of the frames in `bytes`, in order. */
export function framesIn(bytes: Buffer): string[] {
  const types: string[] = [];
  for (let at = 0; at + 9 <= bytes.length; at += 9 + bytes.readUIntBE(at, 3)) {
    types.push(frameTypes[bytes[at + 3] ?? -1] ?? 'other');
  }
  return types;
}

/** RFC 7541 §6.2.2: literal fields, never indexed, without Huffman's code. */
export function fieldBlock(fields: readonly (readonly [string, string])[]): Buffer {
  const text = (value: string) => Buffer.concat([Buffer.from([value.length]), Buffer.from(value, 'latin1')]);
  return Buffer.concat(
    fields.map(([name, value]) => Buffer.concat([Buffer.from([0]), text(name), text(value)])),
  );
}

/** What opens a connection: RFC 9113 §3.4. */
export const preface = Buffer.concat([
  Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'),
  frame('settings', 0, Buffer.alloc(0)),
]);
