// How much memory do large bodies take? The proxy runs in a process of its own; its resident memory is read while
// 1 GiB goes through it, down and up. Built first: npm run build
// node test/bench/large-bodies.ts [MiB]     (Node 22.18 or later strips the types)

import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { download, expected, largeBodyServer, mebibyte, type Seen, upload } from '../support/large-bodies.ts';

const size = Number(process.argv[2] ?? 1024) * mebibyte;
const upstream = await largeBodyServer();
const proxy = spawn(
  process.execPath,
  ['bin/cors-proxy.js', upstream.origin, '--port', '0', '--log-format', 'json', '--no-watch', '-c', '-'],
  { stdio: ['pipe', 'pipe', 'inherit'] },
);
proxy.stdin?.end('{ "limits": { "requestBody": "2gb" } }');
const url = await readyUrl(proxy);

const whole = expected(size);
// Buffers are filled and code is compiled once, whatever the size.
await download(`${url}/${16 * mebibyte}`);
await upload(`${url}/`, 16 * mebibyte);
await measured('down', () => download(`${url}/${size}`));
await measured('up', () => upload(`${url}/`, size));

proxy.kill();
upstream.close();

async function readyUrl({ stdout }: ChildProcess): Promise<string> {
  if (stdout === null) throw new Error('The proxy has no standard output');
  const lines = createInterface({ input: stdout });
  const [line] = (await once(lines, 'line')) as [string];
  lines.on('line', () => {});
  return (JSON.parse(line) as { url: string }).url;
}

async function measured(way: string, work: () => Promise<Seen>): Promise<void> {
  const before = residentKilobytes();
  let most = before;
  const timer = setInterval(() => {
    most = Math.max(most, residentKilobytes());
  }, 100);
  const start = performance.now();
  const seen = await work();
  const seconds = (performance.now() - start) / 1000;
  clearInterval(timer);
  most = Math.max(most, residentKilobytes());
  const isWhole = seen.bytes === whole.bytes && seen.hash === whole.hash;
  const verdict = isWhole ? 'byte for byte' : 'NOT WHOLE';
  const speed = Math.round(size / mebibyte / seconds);
  const inMebibytes = (kilobytes: number) => `${(kilobytes / 1024).toFixed(1)} MiB`;
  console.log(
    `${size / mebibyte} MiB ${way}: ${verdict}, ${speed} MiB/s, resident ${inMebibytes(before)} before, ${inMebibytes(most)} at most, grown by ${inMebibytes(most - before)}`,
  );
  if (!isWhole) process.exitCode = 1;
}

function residentKilobytes(): number {
  return Number(execFileSync('ps', ['-o', 'rss=', '-p', String(proxy.pid)], { encoding: 'utf8' }));
}
