/** Who holds a port: first a question to our own kind, then one to the system. Best effort: nothing here fails. */

import { execFile } from 'node:child_process';
import { get } from 'node:http';

export interface PortHolder {
  /** `node`; `undefined` where the system does not say. */
  readonly command: string | undefined;
  readonly pid: number | undefined;
  /** Where it is a cors-proxy: the config that it serves, or the empty string. */
  readonly corsProxyConfig: string | undefined;
}

export async function findPortHolder(port: number): Promise<PortHolder> {
  const [own, system] = await Promise.all([askOwnKind(port), askSystem(port)]);
  return {
    command: system?.command,
    pid: own?.pid ?? system?.pid,
    corsProxyConfig: own?.config,
  };
}

/** Somebody waits for the message. */
const patienceMs = 700;

interface OwnHealth {
  readonly pid: number;
  readonly config: string;
}

function askOwnKind(port: number): Promise<OwnHealth | undefined> {
  return new Promise((resolve) => {
    const nothing = () => resolve(undefined);
    // No connection is kept: this process is about to end.
    const request = get(
      { host: 'localhost', port, path: '/__cors-proxy/health', timeout: patienceMs, agent: false },
      (response) => {
        let body = '';
        response.setEncoding('utf8');
        response.on('data', (chunk: string) => {
          if (body.length < 10_000) body += chunk;
        });
        response.on('end', () => resolve(readHealth(body)));
        response.on('error', nothing);
      },
    );
    request.on('timeout', () => request.destroy());
    request.on('error', nothing);
    setTimeout(() => request.destroy(), patienceMs).unref();
    request.on('close', nothing);
  });
}

function readHealth(body: string): OwnHealth | undefined {
  try {
    const health: unknown = JSON.parse(body);
    if (typeof health !== 'object' || health === null) return undefined;
    const { name, pid, config } = health as Readonly<Record<string, unknown>>;
    if (name !== 'cors-proxy' || typeof pid !== 'number') return undefined;
    return { pid, config: typeof config === 'string' ? config : '' };
  } catch {
    return undefined;
  }
}

interface SystemAnswer {
  readonly command: string;
  readonly pid: number;
}

async function askSystem(port: number): Promise<SystemAnswer | undefined> {
  const lsof = await output('lsof', ['-nP', `-iTCP:${port}`, '-sTCP:LISTEN', '-Fpc']);
  const found = readLsof(lsof);
  if (found !== undefined) return found;
  return readSs(await output('ss', ['-ltnpH', `sport = :${port}`]));
}

/** Empty where the command is missing, fails or takes too long. */
function output(command: string, args: readonly string[]): Promise<string> {
  return new Promise((resolve) => {
    execFile(command, [...args], { timeout: patienceMs }, (error, stdout) =>
      resolve(error === null ? stdout : ''),
    );
  });
}

/** `p41822` and `cnode`, a line each. */
export function readLsof(text: string): SystemAnswer | undefined {
  const pid = /^p([0-9]+)$/m.exec(text)?.[1];
  const command = /^c(.+)$/m.exec(text)?.[1];
  return pid === undefined || command === undefined ? undefined : { pid: Number(pid), command };
}

/** `users:(("node",pid=41822,fd=18))` */
export function readSs(text: string): SystemAnswer | undefined {
  const match = /users:\(\("([^"]+)",pid=([0-9]+)/.exec(text);
  return match === null ? undefined : { command: match[1] ?? '', pid: Number(match[2]) };
}
