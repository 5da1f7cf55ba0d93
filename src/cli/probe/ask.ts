/** One request to an API as it is, past every rule: what it answers, or why it could not be asked. */

import { compile } from '../../compile.ts';
import { parseConfig } from '../../config/parse.ts';
import type { Failure } from '../../exchange.ts';
import type { HeaderList } from '../../http/header-list.ts';
import type { ResponseHead } from '../../http/request-head.ts';
import type { Controller } from '../../proxy/client/call.ts';
import { failure, upstreamFailure } from '../../proxy/failure.ts';
import { Upstreams } from '../../proxy/upstream.ts';
import type { Route } from '../../ruleset.ts';
import type { Io } from '../io.ts';

export interface ProbeRequest {
  readonly url: URL;
  readonly method: string;
  readonly headers: HeaderList;
}

export type Asked =
  | { readonly kind: 'answered'; readonly response: ResponseHead; readonly durationMs: number }
  | { readonly kind: 'failed'; readonly failure: Failure };

export type Ask = (request: ProbeRequest) => Promise<Asked>;

/** Somebody waits for the answer. */
const patienceMs = 15_000;

/** Over the connections that the proxy would use: the network's own proxy and its errors in words included. */
export function asking(env: Io['env']): Ask {
  return async (request) => {
    const route = routeTo(request.url, env);
    if (!('target' in route)) return { kind: 'failed', failure: route };
    const upstreams = new Upstreams();
    try {
      return await send(upstreams, route, request);
    } finally {
      upstreams.destroy();
    }
  };
}

function routeTo({ origin }: URL, env: Io['env']): Route | Failure {
  // Port 0: a proxy that runs here may be asked like any other server.
  const config = { listen: { port: 0 }, routes: [{ match: '/**', target: origin }] };
  const parsed = parseConfig(JSON.stringify(config));
  const compiled = parsed.ok ? compile(parsed.value, { env }) : parsed;
  const route = compiled.ok ? compiled.value.routes[0] : undefined;
  if (route !== undefined) return route;
  const [problem] = compiled.problems;
  return failure('destination_unavailable', problem?.said ?? `Cannot ask ${origin}`, problem?.mend);
}

function send(upstreams: Upstreams, route: Route, request: ProbeRequest): Promise<Asked> {
  const { url, method, headers } = request;
  const begin = performance.now();
  return new Promise((resolve) => {
    const detail = `${route.target.origin} did not send a response head within ${patienceMs / 1000} s`;
    let running: Controller | undefined;
    const timer = setTimeout(() => {
      resolve({ kind: 'failed', failure: failure('http_response_timeout', detail, 'is it up?') });
      running?.abort(new Error(detail));
    }, patienceMs);
    const answered = (asked: Asked) => {
      clearTimeout(timer);
      resolve(asked);
    };
    const call = { route, method, path: `${url.pathname}${url.search}`, headers, body: null };
    upstreams.send(call, {
      onRequestStart: (controller) => {
        running = controller;
      },
      onResponseStart: (controller, response) => {
        if (response.status < 200) return;
        answered({ kind: 'answered', response, durationMs: performance.now() - begin });
        // The head says it all; a body may have no end.
        controller.abort(new Error('The head was enough'));
      },
      onResponseData: () => {},
      onResponseEnd: () => {},
      onResponseError: (_controller, error) => {
        const { hint, ...failed } = upstreamFailure(error, route.target);
        // Here no config names the target: somebody has typed its URL.
        const mend = hint.replaceAll('"target"', 'the URL');
        answered({ kind: 'failed', failure: { ...failed, hint: mend } });
      },
    });
  });
}
