/** Which process listens on a port, as the system lists it. `undefined` wherever it does not say. */

import { execFile } from 'node:child_process';
import { readdir, readFile, readlink } from 'node:fs/promises';
import { basename } from 'node:path';

export interface Listening {
  readonly command: string | undefined;
  readonly pid: number | undefined;
}

export async function systemHolder(port: number): Promise<Listening | undefined> {
  switch (process.platform) {
    case 'linux':
      return (await holderInProc(port)) ?? readLsof(await output('lsof', lsofArgs(port)));
    case 'win32':
      return readNetstat(await output('netstat', ['-ano', '-p', 'TCP']), port);
    default:
      return readLsof(await output('lsof', lsofArgs(port)));
  }
}

function lsofArgs(port: number): readonly string[] {
  return ['-nP', `-iTCP:${port}`, '-sTCP:LISTEN', '-Fpc'];
}

/** A process that has not answered by then is not waited for. */
const patienceMs = 700;

/** Empty where the command is missing, fails or takes too long. */
function output(command: string, args: readonly string[]): Promise<string> {
  return new Promise((resolve) => {
    execFile(command, [...args], { timeout: patienceMs }, (error, stdout) =>
      resolve(error === null ? stdout : ''),
    );
  });
}

/** `p41822` and `cnode`, a line each. */
export function readLsof(text: string): Listening | undefined {
  const pid = /^p([0-9]+)$/m.exec(text)?.[1];
  const command = /^c(.+)$/m.exec(text)?.[1];
  return pid === undefined ? undefined : { pid: Number(pid), command };
}

/** `TCP    127.0.0.1:8010    0.0.0.0:0    LISTENING    41822`; the words are translated on some systems. */
export function readNetstat(text: string, port: number): Listening | undefined {
  for (const line of text.split('\n')) {
    const [protocol, local = '', remote = '', , pid] = line.trim().split(/\s+/);
    if (protocol !== 'TCP' || !local.endsWith(`:${port}`) || !/:0$/.test(remote)) continue;
    if (pid !== undefined && /^[0-9]+$/.test(pid)) return { command: undefined, pid: Number(pid) };
  }
  return undefined;
}

/** Without any tool: the socket's number in /proc/net/tcp, and the process that has it open. */
async function holderInProc(port: number): Promise<Listening | undefined> {
  const tables = await Promise.all(['tcp', 'tcp6'].map((name) => textOf(`/proc/net/${name}`)));
  const sockets = new Set(
    tables.flatMap((table) => listeningSockets(table, port)).map((id) => `socket:[${id}]`),
  );
  if (sockets.size === 0) return undefined;
  const pids = (await readdir('/proc').catch(() => [])).filter((name) => /^[0-9]+$/.test(name));
  for (const pid of pids) {
    if (await hasOpen(pid, sockets)) return { pid: Number(pid), command: await commandOf(pid) };
  }
  return undefined;
}

/** Inode numbers: proc(5), "/proc/net/tcp". State 0A is LISTEN. */
export function listeningSockets(table: string, port: number): readonly string[] {
  const wanted = `:${port.toString(16).toUpperCase().padStart(4, '0')}`;
  return table.split('\n').flatMap((line) => {
    const [, local = '', , state, , , , , , inode] = line.trim().split(/\s+/);
    return state === '0A' && local.endsWith(wanted) && inode !== undefined ? [inode] : [];
  });
}

async function hasOpen(pid: string, sockets: ReadonlySet<string>): Promise<boolean> {
  const folder = `/proc/${pid}/fd`;
  // Another user's process shows nothing.
  const names = await readdir(folder).catch(() => []);
  const links = await Promise.all(names.map((name) => readlink(`${folder}/${name}`).catch(() => '')));
  return links.some((link) => sockets.has(link));
}

async function commandOf(pid: string): Promise<string | undefined> {
  const [path = ''] = (await textOf(`/proc/${pid}/cmdline`)).split('\0');
  const name = basename(path) || (await textOf(`/proc/${pid}/comm`)).trim();
  return name === '' ? undefined : name;
}

function textOf(path: string): Promise<string> {
  return readFile(path, 'utf8').catch(() => '');
}
