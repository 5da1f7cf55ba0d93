/** Why a proxy could not listen, in words, with the exact commands that mend it. Never another port in silence. */

import type { ListenOptions } from '../../ruleset.ts';
import { type ExitCode, exitCode } from '../exit-code.ts';
import { findPortHolder, type PortHolder } from './port-holder.ts';

export interface ListenFailure {
  readonly said: string;
  readonly mend: string;
  readonly code: ExitCode;
}

export interface Wanted {
  readonly listen: Pick<ListenOptions, 'host' | 'port'>;
  /** As this process would call it to others. */
  readonly configName: string;
}

/** `undefined` where the error is not about listening. */
export async function explainListenFailure(
  error: unknown,
  wanted: Wanted,
): Promise<ListenFailure | undefined> {
  const { host, port } = wanted.listen;
  const lead = `Cannot listen on ${host}:${port}`;
  switch (error instanceof Error && 'code' in error ? error.code : undefined) {
    case 'EADDRINUSE':
      return inUse(await findPortHolder(port), wanted);
    case 'EACCES':
      return {
        said: `${lead}: this user may not ${port < 1024 ? 'use ports below 1024' : 'use this port; some other program keeps it reserved'}`,
        mend: 'take a higher one: cors-proxy --port 8010',
        code: exitCode.failure,
      };
    case 'EADDRNOTAVAIL':
      return {
        said: `${lead}: no network interface of this machine has the address "${host}"`,
        mend: 'use "localhost" for this machine alone: cors-proxy --host localhost',
        code: exitCode.failure,
      };
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return {
        said: `${lead}: "${host}" cannot be resolved to an address`,
        mend: 'use "localhost", or an address of this machine',
        code: exitCode.failure,
      };
    default:
      return undefined;
  }
}

export function inUse(
  { command, pid, corsProxy }: PortHolder,
  { listen, configName }: Wanted,
): ListenFailure {
  const { host, port } = listen;
  const who = [command ?? (pid === undefined ? '' : 'a process'), pid === undefined ? '' : `(pid ${pid})`];
  const by = who.filter((part) => part !== '').join(' ');
  const mends = [
    ...(corsProxy === undefined ? [] : [`use that one (${corsProxy.scheme}://localhost:${port}/)`]),
    ...(pid === undefined ? [] : [`stop it (${killCommand(pid)})`]),
    'take any free port: cors-proxy --port 0',
  ];
  return {
    said: `Cannot listen on ${host}:${port}: the port is in use${by === '' ? '' : ` by ${by}`}${ownKind(corsProxy, configName)}`,
    mend: mends.length === 1 ? mends.join() : `${mends.slice(0, -1).join(', ')}, or ${mends.at(-1)}`,
    code: exitCode.portInUse,
  };
}

function killCommand(pid: number): string {
  return process.platform === 'win32' ? `taskkill /PID ${pid}` : `kill ${pid}`;
}

function ownKind(theirs: PortHolder['corsProxy'], ours: string): string {
  if (theirs === undefined) return '';
  if (theirs.config === ours) return ': a cors-proxy with this same config';
  return theirs.config === '' ? ': another cors-proxy' : `: a cors-proxy with ${theirs.config}`;
}
