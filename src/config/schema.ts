/**
 * Every key of the config, declared once: types, JSON Schema, the README's table and `--help` come from here.
 * This file knows shapes. What a value means (is it an origin, does a glob match) is said where it is compiled.
 */

import * as v from 'valibot';

/** Milliseconds: a whole number, 0 or more. */
const milliseconds = (text: string) =>
  v.pipe(
    v.number('Must be milliseconds, a whole number: 10000'),
    v.integer('Must be milliseconds, a whole number: 10000'),
    v.minValue(0, 'Must be milliseconds, 0 or more'),
    v.maxValue(2 ** 31 - 1, 'Must be at most 2147483647 milliseconds, the longest timer of Node'),
    v.description(text),
  );

/** Bytes: "100mb", "64kb", "512b". */
const size = (text: string) =>
  v.pipe(
    v.string('Must be a size with its unit: "100mb"'),
    v.regex(/^[0-9]{1,9}(?:b|kb|mb|gb)$/i, 'Must be a size with its unit: "100mb", "64kb", "512b"'),
    v.description(text),
  );

const count = (text: string, least = 1) =>
  v.pipe(
    v.number('Must be a whole number'),
    v.integer('Must be a whole number'),
    v.minValue(least, `Must be a whole number, ${least} or more`),
    v.description(text),
  );

const flag = (text: string) => v.pipe(v.boolean('Must be true or false'), v.description(text));
const text = (description: string) => v.pipe(v.string('Must be a text'), v.description(description));
const oneOrMore = (description: string) =>
  v.pipe(
    v.union([v.string(), v.array(v.string('Must be a text'))], 'Must be a text or a list of texts'),
    v.description(description),
  );

export const corsSchema = v.object({
  allowOrigin: v.optional(
    oneOrMore(
      'Origins that may read: "*", one origin or a list. An origin is scheme://host[:port]; "https://*.example.test" means any depth of labels, "http://localhost:*" any port. Default: loopback origins on any port.',
    ),
  ),
  allowMethods: v.optional(
    oneOrMore('"*" echoes the method that a preflight asks for; or a list. Default: "*".'),
  ),
  allowHeaders: v.optional(
    oneOrMore(
      '"*" echoes the header names that a preflight asks for; or a list, to which Content-Type always belongs. Default: "*".',
    ),
  ),
  exposeHeaders: v.optional(
    oneOrMore(
      '"*" lists every readable header of each response by name, valid with credentials too; or a list. Default: none.',
    ),
  ),
  allowCredentials: v.optional(
    flag('Whether pages may send and receive cookies (credentials: "include"). Default: false.'),
  ),
  maxAge: v.optional(
    v.pipe(
      v.number('Must be seconds, a whole number'),
      v.integer('Must be seconds, a whole number'),
      v.description(
        'Seconds for which a browser may keep the preflight answer. Left out: no header, and browsers keep it 5 seconds.',
      ),
    ),
  ),
  dangerouslyAllowNullOrigin: v.optional(
    flag(
      'Lets "null" stand in allowOrigin: any sandboxed frame, data: or file: page sends it. Default: false.',
    ),
  ),
});

const requestSchema = v.object({
  headers: v.optional(
    v.pipe(
      v.record(v.string(), v.nullable(v.string('Must be a text, or null to remove the header'))),
      v.description(
        'Headers to set on requests to the API; null removes one. ${NAME} makes the route one that carries a secret.',
      ),
    ),
  ),
  host: v.optional(text('The Host that the API sees: "upstream" (default), "keep" or a value.')),
  origin: v.optional(
    text('The Origin that the API sees: "keep" (default), "upstream", "remove" or a value.'),
  ),
});

const responseSchema = v.object({
  headers: v.optional(
    v.pipe(
      v.record(v.string(), v.nullable(v.string('Must be a text, or null to remove the header'))),
      v.description('Headers to set on responses; null removes one.'),
    ),
  ),
  cookies: v.optional(
    v.pipe(
      v.picklist(['rewrite', 'keep', 'drop'], 'Must be "rewrite", "keep" or "drop"'),
      v.description(
        'Set-Cookie: "rewrite" (default) fits Domain, Path, Secure and SameSite to this listener; "keep"; "drop".',
      ),
    ),
  ),
  redirects: v.optional(
    v.pipe(
      v.picklist(['rewrite', 'keep', 'follow'], 'Must be "rewrite", "keep" or "follow"'),
      v.description(
        'Location: "rewrite" (default) maps every configured target back through this proxy; "keep"; "follow" on the server.',
      ),
    ),
  ),
});

const routeTimeoutsSchema = v.object({
  connect: v.optional(milliseconds('Milliseconds for DNS, TCP and TLS. Default: 10000.')),
  headers: v.optional(milliseconds("Milliseconds for the API's response head. Default: 60000.")),
  body: v.optional(
    milliseconds(
      'Milliseconds of silence between bytes, either way; 0 = none, never on event streams. Default: 0.',
    ),
  ),
});

const routeLimitsSchema = v.object({
  requestBody: v.optional(size('Largest request body. Default: "100mb".')),
  connections: v.optional(count('Connections to this target at once. Default: 256.')),
  queue: v.optional(count('Requests that may wait for a connection; more get a 503. Default: 1024.', 0)),
});

const tlsSchema = v.object({
  verify: v.optional(flag("Whether the API's certificate is verified. Default: true.")),
  ca: v.optional(text("PEM file of the authority that signed the API's certificate.")),
  cert: v.optional(text('PEM file of a client certificate.')),
  key: v.optional(text('PEM file of its private key.')),
});

export const routeSchema = v.object({
  match: oneOrMore(
    'picomatch glob or list of globs on the path as received. The first route in file order that matches wins.',
  ),
  methods: v.optional(
    v.pipe(
      v.array(v.string('Must be a method name'), 'Must be a list of method names'),
      v.description('Only these methods; a preflight counts as the method that it asks for. Default: all.'),
    ),
  ),
  target: text("Base URL of the API (http, https, ws, wss); its path is put before the request's."),
  stripPrefix: v.optional(text('Leading path segments to take away: "/gh" turns /gh/user into /user.')),
  rewrite: v.optional(
    v.pipe(
      v.record(v.string(), v.string('Must be a text')),
      v.description('Regular expression to replacement, on the path alone: { "^/gh/(.*)": "/$1" }.'),
    ),
  ),
  cors: v.optional(
    v.pipe(
      v.union(
        [corsSchema, v.literal('passthrough')],
        'Must be an object, or "passthrough" to leave CORS to the API',
      ),
      v.description(
        'CORS rules of this route. "passthrough": nothing is decided, added or removed; the API answers for itself.',
      ),
    ),
  ),
  preflight: v.optional(
    v.pipe(
      v.picklist(['answer', 'forward'], 'Must be "answer" or "forward"'),
      v.description(
        '"answer" (default): preflights are answered here; "forward": the API is asked, once the origin has passed.',
      ),
    ),
  ),
  request: v.optional(requestSchema),
  response: v.optional(responseSchema),
  websocket: v.optional(
    flag('Whether WebSockets pass. Default: true where origins are listed, false under "*".'),
  ),
  tls: v.optional(v.pipe(tlsSchema, v.description('TLS to the API.'))),
  timeouts: v.optional(routeTimeoutsSchema),
  limits: v.optional(routeLimitsSchema),
  dangerouslyAllowPlainHttpSecrets: v.optional(
    flag('Lets a secret travel in clear text to a target that is not on this machine. Default: false.'),
  ),
});

export const listenSchema = v.object({
  host: v.optional(
    text('Address to listen on. "localhost" (default) binds 127.0.0.1 and ::1; anything wider warns.'),
  ),
  port: v.optional(
    v.pipe(
      v.number('Must be a port: a whole number from 0 to 65535'),
      v.integer('Must be a port: a whole number from 0 to 65535'),
      v.minValue(0, 'Must be a port from 0 to 65535'),
      v.maxValue(65535, 'Must be a port from 0 to 65535'),
      v.description('Port to listen on; 0 takes any free one. Default: 8010.'),
    ),
  ),
  https: v.optional(
    v.pipe(
      v.union(
        [v.boolean(), v.object({ cert: text('PEM file.'), key: text('PEM file.') })],
        'Must be true, false or { "cert": FILE, "key": FILE }',
      ),
      v.description(
        'true makes and keeps a certificate for localhost; or { cert, key }. HTTP/2 and HTTP/1.1. Default: false.',
      ),
    ),
  ),
  limits: v.optional(
    v.object({
      url: v.optional(size('Longest request target. Default: "16kb".')),
      headers: v.optional(size('Largest request head. Default: "64kb".')),
      headerCount: v.optional(count('Most request header lines. Default: 1000.')),
      connections: v.optional(count('Most open connections. Default: 10000.')),
    }),
  ),
  timeouts: v.optional(
    v.object({
      head: v.optional(milliseconds("Milliseconds for a client's request head. Default: 10000.")),
      drain: v.optional(milliseconds('Milliseconds that a shutdown waits for open requests. Default: 5000.')),
    }),
  ),
  allowedHosts: v.optional(
    v.pipe(
      v.array(v.string('Must be a host name'), 'Must be a list of host names'),
      v.description(
        'Host names beside localhost, *.localhost and the listener\'s addresses; ".dev.test" means the subtree.',
      ),
    ),
  ),
  dangerouslyAllowSecretsOnLan: v.optional(
    flag('Lets routes that carry a secret be served beyond this machine. Default: false.'),
  ),
  dangerouslyAllowAnyHost: v.optional(
    flag('Lets allowedHosts hold "*": no protection against DNS rebinding. Default: false.'),
  ),
});

export const configSchema = v.object({
  $schema: v.optional(text('Where the JSON Schema of this file is, for the editor.')),
  listen: v.optional(v.pipe(listenSchema, v.description('Where this proxy listens.'))),
  target: v.optional(text('Shorthand: a last route "/**" to this base URL.')),
  cors: v.optional(v.pipe(corsSchema, v.description("Defaults for every route's cors."))),
  request: v.optional(v.pipe(requestSchema, v.description("Defaults for every route's request."))),
  response: v.optional(v.pipe(responseSchema, v.description("Defaults for every route's response."))),
  timeouts: v.optional(v.pipe(routeTimeoutsSchema, v.description("Defaults for every route's timeouts."))),
  limits: v.optional(v.pipe(routeLimitsSchema, v.description("Defaults for every route's limits."))),
  routes: v.optional(
    v.pipe(
      v.array(routeSchema, 'Must be a list of routes'),
      v.description('Routes, tried in this order; the first that matches wins.'),
    ),
  ),
});

export type ConfigFile = v.InferOutput<typeof configSchema>;
export type CorsRules = v.InferOutput<typeof corsSchema>;
export type RouteRules = v.InferOutput<typeof routeSchema>;
export type ListenRules = v.InferOutput<typeof listenSchema>;
export type RequestRules = v.InferOutput<typeof requestSchema>;
export type ResponseRules = v.InferOutput<typeof responseSchema>;
export type RouteTimeouts = v.InferOutput<typeof routeTimeoutsSchema>;
export type RouteLimits = v.InferOutput<typeof routeLimitsSchema>;
export type TlsRules = v.InferOutput<typeof tlsSchema>;
