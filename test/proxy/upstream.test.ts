import type { LookupFunction } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import { Upstreams } from '../../src/proxy/upstream.ts';
import type { Route } from '../../src/ruleset.ts';
import { type AskOptions, ask } from '../support/client-call.ts';
import { type RouteValues, upstreamOf } from '../support/one-route.ts';
import { barrier, expectHead, expectRequest, fin, rst, type Step, send } from '../support/raw-upstream.ts';
import { rulesetOf } from '../support/ruleset.ts';

const answer = send('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok');
const whole = ['start', 'head 200', 'data 2', 'end'];
const givenUp = 'error The connection was given up';
const never: LookupFunction = () => {};

function routeTo(target: string, values: Partial<RouteValues> = {}): Route {
  return rulesetOf({ routes: [{ match: '/**', target, ...values }] }).routes[0] as Route;
}

function standing(lookup?: LookupFunction) {
  const upstreams = new Upstreams(lookup === undefined ? {} : { lookup });
  onTestFinished(() => upstreams.destroy());
  const callOf = (route: Route) => ({
    route,
    method: 'GET',
    path: '/',
    headers: ['Host', 'a.test'],
    body: null,
  });
  return {
    upstreams,
    callOf,
    send: (route: Route, options: AskOptions = {}) => {
      const asked = ask(options);
      upstreams.send(callOf(route), asked.handler);
      return asked;
    },
  };
}

describe('a place among those that are taken', () => {
  it.each<[string, readonly Step[], AskOptions]>([
    ['its answer', [answer], {}],
    ['an end without one', [fin], {}],
    ['a reset', [rst], {}],
    ['what is no HTTP', [send('220 ready\r\n')], {}],
    [
      'its client, as it begins',
      [],
      { on: (what, self) => what === 'start' && self.abort(new Error('left')) },
    ],
    [
      'its client, at the head',
      [answer],
      { on: (what, self) => what === 'head 200' && self.abort(new Error('left')) },
    ],
  ])('is given back once at the end that is %s', async (_what, steps, options) => {
    const upstream = await upstreamOf([expectRequest, ...steps]);
    const route = routeTo(upstream.origin, { limits: { connections: 1, queue: 1 } });
    const { upstreams, send } = standing();
    const asked = send(route, options);
    expect(upstreams.isFull(route)).toBe(false);
    await asked.over();
    const two = [send(route), send(route)];
    expect(upstreams.isFull(route)).toBe(true);
    upstreams.destroy();
    for (const { heard } of two) expect(heard.filter((what) => what.startsWith('error'))).toHaveLength(1);
  });
});

describe('rules that are gone', () => {
  it('leave those to end in peace who run or wait, and then nothing', async () => {
    const upstream = await upstreamOf([expectRequest, barrier('held'), answer, expectRequest, answer]);
    const route = routeTo(upstream.origin, { limits: { connections: 1 } });
    const { upstreams, send } = standing();
    const running = send(route);
    await upstream.reached('held');
    const waiting = send(route);
    upstreams.retain([]);
    upstream.release('held');
    expect(await running.over()).toEqual(whole);
    expect(await waiting.over()).toEqual(whole);
    expect(await upstream.closed(1)).toBe('fin');
  });

  it('do not keep who still runs or connects by them from being ended', async () => {
    const upstream = await upstreamOf([expectHead, barrier('held')]);
    const { upstreams, send } = standing(never);
    const running = send(routeTo(upstream.origin));
    await upstream.reached('held');
    const connecting = send(routeTo('http://api.example.com'));
    upstreams.retain([]);
    upstreams.destroy();
    expect(running.heard).toEqual(['start', givenUp]);
    expect(connecting.heard).toEqual([givenUp]);
    await upstream.closed(1);
  });

  it('do not come back with a request that began by them: it has a connection of its own', async () => {
    const upstream = await upstreamOf([expectRequest, answer]);
    const route = routeTo(upstream.origin);
    const { upstreams, send } = standing();
    upstreams.retain([]);
    expect(await send(route).over()).toEqual(whole);
    expect(await upstream.closed(1)).toBe('fin');
  });
});

describe('a connection for one request', () => {
  it.each<[string, (upstreams: Upstreams, ...rest: Parameters<Upstreams['sendFresh']>) => void]>([
    ['of a second attempt', (upstreams, call, handler) => upstreams.sendFresh(call, handler)],
    [
      'of a redirect',
      (upstreams, call, handler) => upstreams.sendAbroad('http://other.example.com', call, handler),
    ],
  ])('%s is ended with all others, though it is not there yet', (_what, sendAlone) => {
    const { upstreams, callOf } = standing(never);
    const asked = ask();
    const before = timers();
    sendAlone(upstreams, callOf(routeTo('http://api.example.com')), asked.handler);
    upstreams.destroy();
    expect(asked.heard).toEqual([givenUp]);
    expect(timers()).toBe(before);
  });
});

/** Those that keep a process from its end. */
function timers(): number {
  return process.getActiveResourcesInfo().filter((what) => what === 'Timeout').length;
}
