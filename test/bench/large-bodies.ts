// How much memory do large bodies take? The proxy runs in a process of its own; its resident memory is read while
// 1 GiB goes through it, down and up, over each kind of connection. Built first: npm run build
// node test/bench/large-bodies.ts [MiB]     (Node 22.18 or later strips the types)

import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import http from 'node:http';
import http2 from 'node:http2';
import https from 'node:https';
import { createInterface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';
import { certificateFiles, validCertificate } from '../support/certificates.ts';
import { expected, largeBodyServer, mebibyte, receive, type Seen, send } from '../support/large-bodies.ts';

/** Sends one request; gives the two streams. */
type Ask = (
  method: 'GET' | 'POST',
  path: string,
) => { readonly up: Writable; readonly down: Promise<Readable> };

const size = Number(process.argv[2] ?? 1024) * mebibyte;
const whole = expected(size);
const upstream = await largeBodyServer();
const { cert, key, remove } = await certificateFiles(await validCertificate());
const secure = ['--cert', cert, '--key', key];
await measure('HTTP/1.1', [], (url) => askBy(http.request, url));
await measure('HTTP/1.1 in TLS', secure, (url) => askBy(https.request, url));
await measure('HTTP/2', secure, askByHttp2);
await remove();
upstream.close();

async function measure(name: string, flags: readonly string[], connect: (url: string) => Ask): Promise<void> {
  const proxy = spawn(
    process.execPath,
    ['bin/cors-proxy.js', upstream.origin, '--port', '0', '--log-format', 'json', '-c', '-', ...flags],
    { stdio: ['pipe', 'pipe', 'inherit'] },
  );
  proxy.stdin?.end('{ "limits": { "requestBody": "100gb" } }');
  const ask = connect(await readyUrl(proxy));
  // Code is compiled once, and V8 collects the first buffers only when tens of megabytes wait: whatever the size.
  const warmUp = 128 * mebibyte;
  await download(ask, warmUp);
  await upload(ask, warmUp);
  await watched(`${name}, down`, proxy, () => download(ask, size));
  await watched(`${name}, up`, proxy, () => upload(ask, size));
  proxy.kill();
  await once(proxy, 'exit');
}

function askBy(request: typeof http.request, url: string): Ask {
  return (method, path) => {
    const up = request(`${url}${path}`, { method, rejectUnauthorized: false } as https.RequestOptions);
    return { up, down: once(up, 'response').then(([response]) => response as Readable) };
  };
}

function askByHttp2(url: string): Ask {
  const session = http2.connect(url, { rejectUnauthorized: false });
  // The proxy is ended with the session open.
  session.on('error', () => {});
  return (method, path) => {
    const stream = session.request({ ':method': method, ':path': path });
    return { up: stream, down: once(stream, 'response').then(() => stream) };
  };
}

async function download(ask: Ask, bytes: number): Promise<Seen> {
  const { up, down } = ask('GET', `/${bytes}`);
  up.end();
  return receive(await down);
}

async function upload(ask: Ask, bytes: number): Promise<Seen> {
  const { up, down } = ask('POST', '/');
  await send(bytes, up);
  const texts: Buffer[] = [];
  for await (const text of await down) texts.push(text);
  return JSON.parse(Buffer.concat(texts).toString()) as Seen;
}

async function readyUrl({ stdout }: ChildProcess): Promise<string> {
  if (stdout === null) throw new Error('The proxy has no standard output');
  const lines = createInterface({ input: stdout });
  return new Promise((resolve) => {
    lines.on('line', (line) => {
      const { event, url } = JSON.parse(line) as { event: string; url: string };
      if (event === 'ready') resolve(url);
    });
  });
}

async function watched(way: string, proxy: ChildProcess, work: () => Promise<Seen>): Promise<void> {
  const before = residentKilobytes(proxy);
  let most = before;
  const look = () => {
    most = Math.max(most, residentKilobytes(proxy));
  };
  const timer = setInterval(look, 100);
  const start = performance.now();
  const seen = await work();
  const seconds = (performance.now() - start) / 1000;
  clearInterval(timer);
  look();
  const isWhole = seen.bytes === whole.bytes && seen.hash === whole.hash;
  const verdict = isWhole ? 'byte for byte' : 'NOT WHOLE';
  const speed = Math.round(size / mebibyte / seconds);
  const inMebibytes = (kilobytes: number) => `${(kilobytes / 1024).toFixed(1)} MiB`;
  console.log(
    `${way}: ${size / mebibyte} MiB ${verdict}, ${speed} MiB/s, resident ${inMebibytes(before)} before, ${inMebibytes(most)} at most, grown by ${inMebibytes(most - before)}`,
  );
  if (!isWhole) process.exitCode = 1;
}

function residentKilobytes({ pid }: ChildProcess): number {
  return Number(execFileSync('ps', ['-o', 'rss=', '-p', String(pid)], { encoding: 'utf8' }));
}
