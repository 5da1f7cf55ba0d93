/** Flags, variables and arguments: put over the tree of the file, so that everything below treats them alike. */

import { flaggedKeys } from './as-given.ts';
import type { Finding } from './finding.ts';
import { entryOf, type JsonNode, type ListNode, type ObjectNode, type Source } from './node.ts';

/** A value and where it came from: `--port`, `CORS_PROXY_PORT`, `argument 1`. */
export interface Given<T> {
  readonly value: T;
  readonly from: string;
}

/** Values that stand above the file, key by key. */
export interface GivenValues {
  /** A URL sets `target`; `PREFIX=URL` makes a route with `stripPrefix`, put before the file's routes. */
  readonly targets: readonly Given<string>[];
  readonly port?: Given<number>;
  readonly host?: Given<string>;
  /** These three hold on every route, whatever rule it has of its own. */
  readonly allowOrigin?: Given<readonly string[]>;
  readonly exposeHeaders?: Given<readonly string[]>;
  readonly allowCredentials?: Given<boolean>;
  readonly https?: Given<boolean>;
  readonly cert?: Given<string>;
  readonly key?: Given<string>;
}

export interface Overlaid {
  readonly root: ObjectNode;
  readonly findings: readonly Finding[];
}

export function overlay(root: ObjectNode, given: GivenValues): Overlaid {
  const { port, host, allowOrigin, exposeHeaders, allowCredentials } = given;
  const flags: readonly (Setting | undefined)[] = [
    port && { path: ['listen', 'port'], node: plainNode(port) },
    host && { path: ['listen', 'host'], node: textNode(host) },
    allowOrigin && { path: ['cors', 'allowOrigin'], node: textsNode(allowOrigin) },
    exposeHeaders && { path: ['cors', 'exposeHeaders'], node: textsNode(exposeHeaders) },
    allowCredentials && { path: ['cors', 'allowCredentials'], node: plainNode(allowCredentials) },
    ...httpsSettings(root, given),
  ];
  const { target, routes, findings } = readTargets(given.targets);
  const settings = [...flags, target && { path: ['target'], node: textNode(target) }];
  const set = settings.reduce<ObjectNode>((node, setting) => (setting ? setAt(node, setting) : node), root);
  const ruled = withoutOwnRules(set, given);
  return { root: routes.length === 0 ? ruled : putRoutes(ruled, routes), findings };
}

interface Setting {
  readonly path: readonly string[];
  readonly node: JsonNode;
}

/** A value that is in the way of a path stays: it is of the wrong kind, and will be said to be. */
function setAt(object: ObjectNode, { path, node }: Setting): ObjectNode {
  const [name = '', ...rest] = path;
  const old = entryOf(object, name);
  if (rest.length === 0) return withEntry(object, name, node);
  // What did not stand in the file is missed where it would have stood: in the object around it.
  const inner = old?.node ?? emptyObject(object.source);
  if (inner.kind !== 'object') return object;
  return withEntry(object, name, setAt(inner, { path: rest, node }));
}

function withEntry(object: ObjectNode, name: string, node: JsonNode): ObjectNode {
  const old = entryOf(object, name);
  const entry = {
    name,
    nameSource: old === undefined || node.source.kind === 'given' ? node.source : old.nameSource,
    node,
  };
  const entries =
    old === undefined
      ? [...object.entries, entry]
      : object.entries.map((each) => (each === old ? entry : each));
  return { ...object, entries };
}

/** A flag stands above the config: where it gives a rule of CORS, that of a route goes, and the top level's holds. */
function withoutOwnRules(root: ObjectNode, given: GivenValues): ObjectNode {
  const names = flaggedKeys.filter((key) => given[key] !== undefined);
  const routes = entryOf(root, 'routes')?.node;
  if (names.length === 0 || routes?.kind !== 'list') return root;
  const items = routes.items.map((route) => {
    const cors = route.kind === 'object' ? entryOf(route, 'cors')?.node : undefined;
    if (route.kind !== 'object' || cors?.kind !== 'object') return route;
    const entries = cors.entries.filter(({ name }) => !names.some((each) => each === name));
    return withEntry(route, 'cors', { ...cors, entries });
  });
  return withEntry(root, 'routes', { ...routes, items });
}

/** `--https` alone keeps the files that the config names; `--cert` and `--key` replace them one by one. */
function httpsSettings(root: ObjectNode, { https, cert, key }: GivenValues): readonly Setting[] {
  const listen = entryOf(root, 'listen')?.node;
  const written = listen?.kind === 'object' ? entryOf(listen, 'https')?.node : undefined;
  const path = ['listen', 'https'];
  const files = [
    ...(cert === undefined ? [] : [{ name: 'cert', node: textNode(cert) }]),
    ...(key === undefined ? [] : [{ name: 'key', node: textNode(key) }]),
  ];
  const [first] = files;
  if (https !== undefined && (https.value === false || first === undefined)) {
    return https.value && written?.kind === 'object' ? [] : [{ path, node: plainNode(https) }];
  }
  if (first === undefined) return [];
  const start = written?.kind === 'object' ? written : emptyObject(first.node.source);
  return [{ path, node: files.reduce((node, file) => withEntry(node, file.name, file.node), start) }];
}

function putRoutes(root: ObjectNode, given: readonly ObjectNode[]): ObjectNode {
  const written = entryOf(root, 'routes')?.node;
  if (written !== undefined && written.kind !== 'list') return root;
  const list: ListNode = {
    kind: 'list',
    source: written?.source ?? root.source,
    items: [...given, ...(written?.items ?? [])],
    givenItems: given.length,
  };
  return withEntry(root, 'routes', list);
}

interface Targets {
  readonly target: Given<string> | undefined;
  readonly routes: readonly ObjectNode[];
  readonly findings: readonly Finding[];
}

function readTargets(targets: readonly Given<string>[]): Targets {
  const plain: Given<string>[] = [];
  const routes: ObjectNode[] = [];
  const findings: Finding[] = [];
  for (const given of targets) {
    const parts = /^(\/[^=]*)=(.*)$/s.exec(given.value);
    const prefix = parts?.[1]?.replace(/\/+$/, '');
    const url = { value: parts?.[2] ?? given.value, from: given.from };
    const fault = targetFault(given, prefix, url.value) ?? (prefix ? undefined : secondPlain(url, plain[0]));
    if (fault !== undefined) findings.push(fault);
    else if (prefix) routes.push(routeNode(prefix, url));
    else plain.push(url);
  }
  return { target: plain[0], routes, findings };
}

function targetFault(given: Given<string>, prefix: string | undefined, url: string): Finding | undefined {
  const quoted = JSON.stringify(given.value);
  if (prefix === undefined && /^[\w.-]+=/.test(given.value)) {
    return argument(
      given,
      `Cannot read the target ${quoted}: a PREFIX begins with "/"`,
      `write /${given.value}`,
    );
  }
  if (url === '') {
    return argument(
      given,
      `Cannot read the target ${quoted}: it has no URL`,
      `write ${prefix ? `${prefix}=` : ''}https://api.example.com`,
    );
  }
  if (prefix !== undefined && /[*?[\]{}()\\#\s]|\/\//.test(prefix)) {
    return argument(
      given,
      `Cannot read the target ${quoted}: a PREFIX is a plain path, not a glob`,
      'write /api=URL, or a route in the config file',
    );
  }
  return undefined;
}

function secondPlain(second: Given<string>, first: Given<string> | undefined): Finding | undefined {
  if (first === undefined) return undefined;
  return argument(
    second,
    `Cannot forward to ${JSON.stringify(second.value)}: ${JSON.stringify(first.value)} takes every path already`,
    `give it a prefix: /api=${second.value}`,
  );
}

function argument({ from }: Given<string>, said: string, mend: string): Finding {
  return { code: 'CP109', source: { kind: 'given', from }, path: ['target'], said, mend };
}

/** `/gh=https://api.github.com` → /gh and all below it, without /gh. */
function routeNode(prefix: string, { value, from }: Given<string>): ObjectNode {
  const texts = { match: `${prefix}/**`, target: value, stripPrefix: prefix };
  const source: Source = { kind: 'given', from };
  const entries = Object.entries(texts).map(([name, text]) => ({
    name,
    nameSource: source,
    node: textNode({ value: text, from }),
  }));
  return { kind: 'object', source, entries };
}

export function emptyObject(source: Source): ObjectNode {
  return { kind: 'object', source, entries: [] };
}

function plainNode({ value, from }: Given<number | boolean>): JsonNode {
  return { kind: 'plain', source: { kind: 'given', from }, value };
}

function textNode({ value, from }: Given<string>): JsonNode {
  return {
    kind: 'text',
    source: { kind: 'given', from },
    value,
    written: value,
    pieces: [],
    isUnresolved: false,
  };
}

/** One text stays one text: "*" is a rule of its own, and no list. */
function textsNode({ value, from }: Given<readonly string[]>): JsonNode {
  const items = value.map((text) => textNode({ value: text, from }));
  const [first] = items;
  if (items.length === 1 && first !== undefined) return first;
  return { kind: 'list', source: { kind: 'given', from }, items, givenItems: 0 };
}
