/** What answers of the proxy have in common, said once. */

import { expect } from 'vitest';
import type { RawClient } from '../support/raw-client.ts';
import type { RawUpstream } from '../support/raw-upstream.ts';
import { type Response, values } from '../support/strict-parser.ts';
import { fault } from './fault-table.ts';
import { ask, page } from './stand.ts';

export interface Problem {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly code: string;
  readonly detail: string;
  readonly hint?: string;
  readonly route?: string;
  readonly upstream?: string;
  readonly requestId: string;
}

export interface ProblemWish {
  readonly status: number;
  readonly code: string;
  /** `page`: the page may read it; `none`: not one line of CORS. Default `page`. */
  readonly cors?: 'page' | 'none';
}

/** What the row says of status and code. */
export function wishOf(id: string): ProblemWish {
  const { status, code } = fault(id).expected;
  if (typeof status !== 'number' || code === undefined) throw new Error(`Row ${id} has no status and code`);
  return { status, code };
}

/** A problem of ours, in every line that it must have; gives its body. */
export function expectProblem(response: Response, wish: ProblemWish): Problem {
  const { headers } = response;
  const problem: Problem = JSON.parse(response.body.toString());
  expect({ status: response.status, code: problem.code }, problem.detail).toEqual({
    status: wish.status,
    code: wish.code,
  });
  expect(problem).toMatchObject({ type: `urn:cors-proxy:error:${wish.code}`, status: wish.status });
  expect(problem.title).not.toBe('');
  expect(problem.detail).not.toBe('');
  expect(values(headers, 'content-type')).toEqual(['application/problem+json']);
  expect(values(headers, 'content-length')).toEqual([String(response.body.length)]);
  expect(values(headers, 'cache-control')).toEqual(['no-store']);
  expect(values(headers, 'x-content-type-options')).toEqual(['nosniff']);
  expect(values(headers, 'x-request-id')).toEqual([problem.requestId]);
  expect(values(headers, 'proxy-status')[0]).toMatch(`cors-proxy; error=${wish.code}; details="`);
  if (wish.cors === 'none') expectNoCors(response);
  else expectReadable(response, ['Proxy-Status', 'X-Request-Id']);
  return problem;
}

/** The page may read it: one line of each kind, and caches told. */
export function expectReadable({ headers }: Response, exposed: readonly string[] = []): void {
  expect(values(headers, 'access-control-allow-origin')).toEqual([page]);
  expect(listOf({ headers }, 'vary')).toContain('origin');
  const names = listOf({ headers }, 'access-control-expose-headers');
  expect(names).toEqual(expect.arrayContaining(exposed.map((name) => name.toLowerCase())));
}

export function expectNoCors({ headers }: Pick<Response, 'headers'>): void {
  expect(headers.filter(([name]) => /^access-control-/i.test(name))).toEqual([]);
}

export function listOf({ headers }: Pick<Response, 'headers'>, name: string): string[] {
  return values(headers, name)
    .join(',')
    .split(',')
    .map((text) => text.trim().toLowerCase())
    .filter((text) => text !== '');
}

/** The connection is whole: not a byte too many, and the next request on it is answered. */
export async function expectAlive(client: RawClient): Promise<void> {
  expect(client.unread().toString('latin1')).toBe('');
  await client.write('GET /__cors-proxy/health HTTP/1.1\r\nHost: localhost\r\n\r\n');
  const { status, body } = await client.response();
  expect({ status, name: JSON.parse(body.toString()).name }).toEqual({ status: 200, name: 'cors-proxy' });
}

/** The proxy ended the connection in order, behind the answer and nothing else. */
export async function expectClosed(client: RawClient): Promise<void> {
  expect((await client.end()).ended).toBe('fin');
  expect(client.unread().toString('latin1')).toBe('');
}

/** Whatever was refused, nobody behind heard of it. */
export function expectUntouched(upstream: RawUpstream): void {
  expect(upstream.connections()).toBe(0);
}

/** Sends a page's GET and gives the response. */
export async function get(
  client: RawClient,
  target = '/api/x',
  lines: readonly string[] = [],
): Promise<Response> {
  await client.write(ask(`GET ${target}`, lines));
  return client.response();
}

/** A plain success that the page may read. */
export function expectOk(response: Response, body = 'ok'): void {
  expect({ status: response.status, body: response.body.toString('latin1') }).toEqual({ status: 200, body });
  expectReadable(response);
}
