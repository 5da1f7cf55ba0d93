/** Rows of the list, as the proxy tells them. */

import type { Row } from '../../../../src/observe/inspector/wire.ts';

const page = 'http://localhost:5173';

export function row(n: number, parts: Partial<Row> = {}): Row {
  return {
    n,
    at: 1_000 * n,
    method: 'GET',
    path: '/gh/user',
    status: 200,
    isRunning: false,
    time: '12:04:31',
    duration: '84ms',
    size: '1.2k',
    route: 0,
    match: '/gh/**',
    origin: page,
    verdict: 'allowed',
    who: 'cors',
    mark: '✓',
    word: 'allowed',
    why: 'added allow-origin (upstream sent none)',
    code: '',
    ask: null,
    replayOf: null,
    ...parts,
  };
}

export function preflight(n: number, method: string, parts: Partial<Row> = {}): Row {
  const ask = { method, headers: [] };
  return row(n, { method: 'OPTIONS', status: 204, word: 'preflight', ask, ...parts });
}
