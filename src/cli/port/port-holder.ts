/** Who holds a port: first a question to our own kind, then one to the system. Best effort: nothing here fails. */

import { get as getHttp } from 'node:http';
import { get as getHttps } from 'node:https';
import { type Listening, systemHolder } from './system-holder.ts';

export interface PortHolder {
  /** `node`; `undefined` where the system does not say. */
  readonly command: string | undefined;
  readonly pid: number | undefined;
  /** Where it is a cors-proxy. */
  readonly corsProxy: CorsProxy | undefined;
}

/** What another cors-proxy says of itself. */
export interface CorsProxy {
  readonly pid: number;
  /** The config that it serves, or the empty string. */
  readonly config: string;
  readonly scheme: 'http' | 'https';
}

export async function findPortHolder(port: number): Promise<PortHolder> {
  const nobody: Listening = { command: undefined, pid: undefined };
  const [corsProxy, { command, pid } = nobody] = await Promise.all([askOwnKind(port), systemHolder(port)]);
  return { command, pid: corsProxy?.pid ?? pid, corsProxy };
}

async function askOwnKind(port: number): Promise<CorsProxy | undefined> {
  return (await ask(port, 'http')) ?? (await ask(port, 'https'));
}

/** Somebody waits for the message. */
const patienceMs = 700;

function ask(port: number, scheme: CorsProxy['scheme']): Promise<CorsProxy | undefined> {
  return new Promise((resolve) => {
    const nothing = () => resolve(undefined);
    const get = scheme === 'http' ? getHttp : getHttps;
    // No connection is kept: this process is about to end. Nothing is told to whoever answers, so nobody is verified.
    const options = { host: 'localhost', port, path: '/__cors-proxy/health', timeout: patienceMs };
    const request = get({ ...options, agent: false, rejectUnauthorized: false }, (response) => {
      let body = '';
      response.setEncoding('utf8');
      response.on('data', (chunk: string) => {
        if (body.length < 10_000) body += chunk;
      });
      response.on('end', () => resolve(readHealth(body, scheme)));
      response.on('error', nothing);
    });
    request.on('timeout', () => request.destroy());
    request.on('error', nothing);
    setTimeout(() => request.destroy(), patienceMs).unref();
    request.on('close', nothing);
  });
}

function readHealth(body: string, scheme: CorsProxy['scheme']): CorsProxy | undefined {
  try {
    const health: unknown = JSON.parse(body);
    if (typeof health !== 'object' || health === null) return undefined;
    const { name, pid, config } = health as Readonly<Record<string, unknown>>;
    if (name !== 'cors-proxy' || typeof pid !== 'number') return undefined;
    return { pid, config: typeof config === 'string' ? config : '', scheme };
  } catch {
    return undefined;
  }
}
