/** A planned WebSocket handshake in the shapes that http-proxy takes. */

import http, { type IncomingMessage } from 'node:http';
import https from 'node:https';
import type { LookupFunction, Socket } from 'node:net';
import { type HeaderList, lines } from '../http/header-list.ts';
import type { ForwardPlan } from '../plan-shape.ts';
import type { Route } from '../ruleset.ts';
import { connectThrough } from './forward-proxy.ts';
import { guardedLookup } from './lookup.ts';
import { tlsOptions } from './tls-options.ts';

/** A request of our own making, never the client's: http-proxy copies what it is given. */
export function handshakeRequest(plan: ForwardPlan): IncomingMessage {
  const headers = fieldsByName(plan.upstream.headers);
  // The plan left out the hop-by-hop fields; these two are this hop's own (RFC 6455 §4.1).
  Object.assign(headers, { Connection: 'Upgrade', upgrade: 'websocket' });
  const request = { method: 'GET', url: '/', httpVersion: '1.1', httpVersionMajor: 1, headers };
  return request as unknown as IncomingMessage;
}

/** Where it goes: a connection of its own, for it becomes the tunnel. */
export function handshakeTarget(route: Route, lookup: LookupFunction) {
  const { target, tls } = route;
  const { scheme, hostHeader, hostname, port } = target;
  return {
    target: { protocol: `${scheme}:`, host: hostHeader, hostname, port },
    agent: agentFor(route, lookup),
    secure: tls.verify,
  };
}

const agents = new WeakMap<Route, http.Agent>();

/** One a route: each tunnel would keep its own for as long as it lasts. */
function agentFor(route: Route, lookup: LookupFunction): http.Agent {
  const known = agents.get(route);
  if (known !== undefined) return known;
  const { forwardProxy } = route;
  const agent =
    forwardProxy === undefined ? directAgent(route, lookup) : proxiedAgent(forwardProxy.url, route);
  agents.set(route, agent);
  return agent;
}

function directAgent({ target, tls, timeouts }: Route, lookup: LookupFunction): http.Agent {
  const { scheme, hostname } = target;
  const connection = {
    keepAlive: false,
    autoSelectFamily: true,
    lookup: guardedLookup(lookup, hostname, timeouts.connectMs),
  };
  return scheme === 'http'
    ? new http.Agent(connection)
    : new https.Agent({ ...connection, ...tlsOptions(hostname, tls) });
}

/** An agent whose connections go through the proxy of the user's network; TLS, if any, is spoken inside the tunnel. */
function proxiedAgent(url: string, route: Route): http.Agent {
  const agent = route.target.scheme === 'http' ? new http.Agent() : new https.Agent();
  // Node documents `createConnection` as the way to give an agent other sockets, and takes them by callback.
  const createConnection = (
    _options: object,
    callback: (error: Error | null, socket?: Socket | null) => void,
  ) => {
    connectThrough(url, route, callback);
  };
  return Object.assign(agent, { createConnection });
}

/** Each name once, in the case of its first line; a repeated field becomes a list. */
export function fieldsByName(headers: HeaderList): Record<string, string | string[]> {
  const fields: Record<string, string | string[]> = Object.create(null);
  const names = new Map<string, string>();
  for (const [name, value] of lines(headers)) {
    const known = names.get(name.toLowerCase()) ?? name;
    names.set(name.toLowerCase(), known);
    const before = fields[known];
    fields[known] = before === undefined ? value : [before, value].flat();
  }
  return fields;
}
