/** Serves what this proxy says of itself below `/__cors-proxy/`. Whoever may ask was decided by the plan. */

import type { EventStream, OwnAnswer, OwnEndpoints, WholeAnswer } from '../own-endpoint.ts';
import type { OwnPlan } from '../plan-shape.ts';
import { problemResponse } from './problem.ts';
import { type Request, type Response, respond, writeBody, writeHead } from './respond.ts';
import { answeredHere, report, type Serving, type Task } from './task.ts';

/** `health`: how another cors-proxy that finds the port taken learns whom it met. */
export function healthEndpoint(configName: string): OwnEndpoints {
  return ({ path, head: { method } }) => {
    if (path !== '/health' || (method !== 'GET' && method !== 'HEAD')) return undefined;
    const body = `${JSON.stringify({ name: 'cors-proxy', pid: process.pid, config: configName })}\n`;
    const headers = [
      'Content-Type',
      'application/json',
      'Content-Length',
      String(Buffer.byteLength(body)),
      'Cache-Control',
      'no-store',
      'X-Content-Type-Options',
      'nosniff',
    ];
    return { kind: 'whole', head: { status: 200, reason: '', headers }, body };
  };
}

export async function answerOwn(task: Task, serving: Serving, plan: OwnPlan): Promise<void> {
  const answer = await ownAnswer(task, plan, serving.endpoints).then(
    (known) => known ?? problemHere(task, nothingAt(plan)),
    (error: unknown) => problemHere(task, failedAt(plan, error)),
  );
  const { status, headers: responseHeaders } = answer.head;
  const done = () =>
    report(task, serving, answeredHere({ status, responseHeaders, bytes: 0, outcome: 'ok' }));
  writeOwn(task, answer, { stops: serving.stops, done });
}

type OwnFault = Pick<Parameters<typeof problemResponse>[0], 'status' | 'code' | 'detail'>;

function problemHere({ id }: Task, fault: OwnFault): WholeAnswer {
  const facts = { hint: '', route: '', upstream: '', requestId: id, headers: [] };
  return { kind: 'whole', ...problemResponse({ ...facts, ...fault }) };
}

function nothingAt({ path }: OwnPlan): OwnFault {
  return { status: 404, code: 'destination_not_found', detail: `Nothing is at /__cors-proxy${path}` };
}

/** A bug of ours must not end the process. */
function failedAt({ path }: OwnPlan, error: unknown): OwnFault {
  return {
    status: 500,
    code: 'proxy_internal_error',
    detail: `/__cors-proxy${path} failed: ${String(error)}`,
  };
}

/** What the endpoints answer; `undefined` where nothing is there. */
async function ownAnswer(
  { head, request }: Task,
  { path, query, downstream }: OwnPlan,
  endpoints: OwnEndpoints,
): Promise<OwnAnswer | undefined> {
  const { localAddress = '127.0.0.1', localPort = 0 } = request.socket;
  const local = { address: localAddress, port: localPort };
  const body = () => readWhole(request);
  return endpoints({ path, query, head, origin: downstream, local, body });
}

/** What the inspector's own page sends; a replayed body is 64 KiB at most, and text grows in JSON. */
const longestBody = 1024 * 1024;

function readWhole(request: Request): Promise<Buffer | undefined> {
  return new Promise((resolve) => {
    const chunks: Buffer[] = [];
    let bytes = 0;
    request.on('data', (chunk: Buffer) => {
      bytes += chunk.length;
      if (bytes <= longestBody) chunks.push(chunk);
      else resolve(undefined);
    });
    request.on('end', () => resolve(Buffer.concat(chunks)));
    request.on('close', () => resolve(undefined));
  });
}

/** Writes an answer; `done` is called at the end of it. A stream ends with its reader, or with this proxy. */
function writeOwn(
  { request, response }: Task,
  answer: OwnAnswer,
  { stops, done }: { readonly stops: Set<() => void>; readonly done: () => void },
): void {
  if (answer.kind === 'stream') writeStream(response, answer, { stops, done });
  else {
    writeWhole(request, response, answer);
    done();
  }
}

function writeWhole(request: Request, response: Response, { head, body }: WholeAnswer): void {
  const length = ['Content-Length', String(Buffer.byteLength(body))];
  const isFramed = head.headers.some((name, i) => i % 2 === 0 && name.toLowerCase() === 'content-length');
  const headers = isFramed || head.status === 204 ? head.headers : [...head.headers, ...length];
  respond(request, response, { head: { ...head, headers }, body });
}

function writeStream(
  response: Response,
  { head, start }: EventStream,
  { stops, done }: { readonly stops: Set<() => void>; readonly done: () => void },
): void {
  writeHead(response, head);
  const ended = start({
    write: (text) => {
      if (!response.writableEnded && !response.destroyed) writeBody(response, Buffer.from(text));
    },
    waiting: () => response.writableLength,
  });
  const stop = () => response.end();
  stops.add(stop);
  response.once('close', () => {
    stops.delete(stop);
    ended();
    done();
  });
}
