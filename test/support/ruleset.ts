/** The pure centre without a server: a config as the user would write it → rules, and heads to put to them. */

import { compile } from '../../src/compile.ts';
import { parseConfig } from '../../src/config/parse.ts';
import { placeText } from '../../src/config/problem.ts';
import type { ConfigFile } from '../../src/config/schema.ts';
import type { CorsPolicy } from '../../src/cors/policy.ts';
import type { HeaderList } from '../../src/http/header-list.ts';
import type { RequestHead, ResponseHead } from '../../src/http/request-head.ts';
import type { Plan } from '../../src/plan-shape.ts';
import type { Ruleset } from '../../src/ruleset.ts';

/** The rules; an error in the config fails the test with its sentence. `env` is what `${NAME}` is read from. */
export function rulesetOf(values: ConfigFile, env: Readonly<Record<string, string>> = {}): Ruleset {
  const variables = [{ name: 'the environment', kind: 'environment' as const, values: env }];
  const parsed = parseConfig(JSON.stringify(values, undefined, 2), { variables });
  const compiled = parsed.ok ? compile(parsed.value) : parsed;
  if (compiled.ok) return compiled.value;
  const errors = compiled.problems.filter(({ severity }) => severity === 'error');
  throw new Error(errors.map(({ place, said }) => `${placeText(place)} ${place.key}: ${said}`).join('\n'));
}

/** Name → value, or values on lines of their own. */
export type Fields = Readonly<Record<string, string | readonly string[]>>;

export function headerList(fields: Fields): HeaderList {
  return Object.entries(fields).flatMap(([name, value]) => {
    return (typeof value === 'string' ? [value] : value).flatMap((line) => [name, line]);
  });
}

export const ownName = 'cors-proxy-1a2b3c';

/** `GET /x` of a client on this machine; Host is `localhost:8010` unless the fields say otherwise. */
export function request(line: string, fields: Fields = {}, parts: Partial<RequestHead> = {}): RequestHead {
  const [method = 'GET', ...target] = line.split(' ');
  const hasHost = Object.keys(fields).some((name) => name.toLowerCase() === 'host');
  return {
    method,
    target: target.join(' '),
    version: '1.1',
    headers: headerList(hasHost ? fields : { Host: 'localhost:8010', ...fields }),
    client: '127.0.0.1',
    listener: { scheme: 'http', via: ownName },
    ...parts,
  };
}

export function response(status: number, fields: Fields = {}): ResponseHead {
  return { status, reason: '', headers: headerList(fields) };
}

/** The plan as the kind that the test speaks of; another kind fails with what it says. */
export function planOf<Kind extends Plan['kind']>(kind: Kind, plan: Plan): Extract<Plan, { kind: Kind }> {
  if (isKind(kind, plan)) return plan;
  throw new Error(`not ${kind}, but ${JSON.stringify(plan)}`);
}

function isKind<Kind extends Plan['kind']>(kind: Kind, plan: Plan): plan is Extract<Plan, { kind: Kind }> {
  return plan.kind === kind;
}

/** Every field as `name: value`, the name in lower case, in order. */
export function fieldLines(headers: HeaderList): string[] {
  const out: string[] = [];
  for (let i = 0; i < headers.length; i += 2) out.push(`${headers[i]?.toLowerCase()}: ${headers[i + 1]}`);
  return out;
}

/** The compiled policy of a route with this `cors`. */
export function policyFor(cors: NonNullable<ConfigFile['cors']> | 'passthrough' = {}): CorsPolicy {
  const { routes } = rulesetOf({ routes: [{ match: '/**', target: 'https://api.test', cors }] });
  const [route] = routes;
  if (route === undefined) throw new Error('there is no route');
  return route.policy;
}
