/**
 * Every key of the config, declared once: types, JSON Schema, the README's table and `--help` come from here.
 * This file knows shapes. What a value means (is it an origin, does a glob match) is said where it is compiled.
 * The messages go on after the key's name: `"port" must be …`.
 */

import * as v from 'valibot';
import { defaults } from './defaults.ts';
import { sizePattern } from './size.ts';

/** What a key says of itself beside its shape. */
export interface About {
  /** What it means, without its default. */
  readonly description: string;
  /** The value that holds where it is left out. */
  readonly default?: string | number | boolean;
  /** Where the default is not one value: "loopback origins on any port". */
  readonly defaultText?: string;
  /** Values to paste. */
  readonly examples?: readonly (string | number | boolean | Readonly<Record<string, string>>)[];
  /** The code of a wrong value here and below; CP102 where none is given. */
  readonly code?: string;
  /** It goes into a header field: V53 has words of its own. */
  readonly isHeaderValue?: true;
}

const about = <TInput>(notes: About): v.MetadataAction<TInput, Record<string, unknown>> =>
  v.metadata({ ...notes });

/** All but the description. */
type More = Omit<About, 'description'>;

const flag = (description: string, more: More = { default: false }) =>
  v.pipe(v.boolean('must be true or false'), about({ description, ...more }));

const text = (description: string, more: More = {}) =>
  v.pipe(v.string('must be a text'), about({ description, ...more }));

const textOrList = (description: string, more: More) =>
  v.pipe(
    v.union(
      [v.string('must be a text'), v.array(v.string('must be a text'))],
      'must be "*", one text or a list of texts',
    ),
    about({ description, ...more }),
  );

const oneOf = <const T extends readonly [string, ...string[]]>(modes: T, notes: About) =>
  v.pipe(v.picklist(modes, `must be ${listed(modes)}`), about(notes));

/** Milliseconds. The longest is the longest timer of Node. */
const milliseconds = (description: string, fallback: number) =>
  v.pipe(
    v.number('must be milliseconds, a whole number'),
    v.integer('must be milliseconds, a whole number'),
    v.minValue(0, 'must be milliseconds, 0 or more'),
    v.maxValue(2 ** 31 - 1, 'must be at most 2147483647 milliseconds, the longest timer of Node'),
    about({ description, default: fallback, examples: [fallback] }),
  );

const size = (description: string, fallback: string) =>
  v.pipe(
    v.string('must be a size above 0, with its unit'),
    v.regex(sizePattern, 'must be a size above 0, with its unit'),
    about({ description, default: fallback, examples: [fallback] }),
  );

const count = (description: string, least: number, fallback: number) =>
  v.pipe(
    v.number('must be a whole number'),
    v.integer('must be a whole number'),
    v.minValue(least, `must be a whole number, ${least} or more`),
    v.maxValue(2 ** 31 - 1, 'must be at most 2147483647'),
    about({ description, default: fallback, examples: [fallback] }),
  );

/** RFC 9110 §5.5; Node throws on anything else, and would do so at request time. */
const headerValue = (lead: string) =>
  v.pipe(
    v.string(lead),
    v.regex(
      /^[\t\x20-\x7e\x80-\xff]*$/,
      'must be a header value: no line breaks, control characters or characters beyond Latin-1',
    ),
    v.metadata({ isHeaderValue: true }),
  );

const headerEdits = (description: string) =>
  v.pipe(
    v.record(
      v.string(),
      v.nullable(headerValue('must be a text, or null to remove the header')),
      'must be an object of header names and values',
    ),
    about({ description, defaultText: 'none' }),
  );

const corsSchema = v.strictObject(
  {
    allowOrigin: v.optional(
      v.pipe(
        v.union(
          [v.string('must be a text'), v.array(v.string('must be a text'))],
          'must be "*", one origin or a list of origins (echoing any origin is not offered)',
        ),
        about({
          description:
            'Origins that may read: "*", one origin or a list. An origin is scheme://host[:port]; "https://*.example.test" means any depth of labels, "http://localhost:*" any port.',
          defaultText: 'loopback origins on any port',
          examples: ['http://localhost:5173'],
        }),
      ),
    ),
    allowMethods: v.optional(
      textOrList('Methods that a preflight may ask for: "*" echoes the one asked for; or a list.', {
        default: defaults.cors.allowMethods,
        examples: ['*'],
      }),
    ),
    allowHeaders: v.optional(
      textOrList(
        'Header names that a preflight may ask for: "*" echoes those asked for; or a list, to which Content-Type always belongs.',
        { default: defaults.cors.allowHeaders, examples: ['*'] },
      ),
    ),
    exposeHeaders: v.optional(
      textOrList(
        'Response headers that scripts may read: "*" lists every readable header of each response by name, valid with credentials too; or a list.',
        { defaultText: 'none', examples: ['*'] },
      ),
    ),
    allowCredentials: v.optional(
      flag('Whether pages may send and receive cookies (credentials: "include").', {
        default: defaults.cors.allowCredentials,
      }),
    ),
    maxAge: v.optional(
      v.pipe(
        v.number('must be seconds, a whole number'),
        v.integer('must be seconds, a whole number'),
        about({
          description: 'Seconds for which a browser may keep the preflight answer.',
          defaultText: 'no header: browsers keep it 5 seconds',
          examples: [600],
        }),
      ),
    ),
    dangerouslyAllowNullOrigin: v.optional(
      flag('Lets "null" stand in allowOrigin: any sandboxed frame, data: or file: page sends it.'),
    ),
  },
  'must be an object',
);

const requestSchema = v.strictObject(
  {
    headers: v.optional(
      headerEdits(
        'Headers to set on requests to the API; null removes one. ${NAME} makes the route one that carries a secret.',
      ),
    ),
    host: v.optional(
      v.pipe(
        headerValue('must be a text'),
        about({
          description: 'The Host that the API sees: "upstream", "keep" or a value.',
          default: defaults.request.host,
          examples: [defaults.request.host],
        }),
      ),
    ),
    origin: v.optional(
      v.pipe(
        headerValue('must be a text'),
        about({
          description: 'The Origin that the API sees: "keep", "upstream", "remove" or a value.',
          default: defaults.request.origin,
          examples: [defaults.request.origin],
        }),
      ),
    ),
  },
  'must be an object',
);

const responseSchema = v.strictObject(
  {
    headers: v.optional(headerEdits('Headers to set on responses; null removes one.')),
    cookies: v.optional(
      oneOf(['rewrite', 'keep', 'drop'], {
        description:
          'Set-Cookie: "rewrite" fits Domain, Path, Secure and SameSite to this listener; "keep"; "drop".',
        default: defaults.response.cookies,
      }),
    ),
    redirects: v.optional(
      oneOf(['rewrite', 'keep', 'follow'], {
        description:
          'Location: "rewrite" maps every configured target back through this proxy; "keep"; "follow" on the server.',
        default: defaults.response.redirects,
      }),
    ),
  },
  'must be an object',
);

const routeTimeoutsSchema = v.strictObject(
  {
    connect: v.optional(
      milliseconds('Milliseconds for DNS, TCP and TLS; 0 = none.', defaults.timeouts.connect),
    ),
    headers: v.optional(
      milliseconds("Milliseconds for the API's response head; 0 = none.", defaults.timeouts.headers),
    ),
    body: v.optional(
      milliseconds(
        'Milliseconds of silence between bytes, either way; 0 = none, never on event streams.',
        defaults.timeouts.body,
      ),
    ),
  },
  'must be an object of milliseconds: { "connect": 10000, "headers": 60000, "body": 0 }',
);

const routeLimitsSchema = v.strictObject(
  {
    requestBody: v.optional(size('Largest request body.', defaults.limits.requestBody)),
    connections: v.optional(count('Connections to this target at once.', 1, defaults.limits.connections)),
    queue: v.optional(
      count('Requests that may wait for a connection; more get a 503.', 0, defaults.limits.queue),
    ),
    informational: v.optional(
      count("1xx answers that may come before the API's own.", 0, defaults.limits.informational),
    ),
  },
  'must be an object: { "requestBody": "100mb", "connections": 256, "queue": 1024, "informational": 32 }',
);

const tlsSchema = v.strictObject(
  {
    verify: v.optional(flag("Whether the API's certificate is verified.", { default: defaults.tls.verify })),
    ca: v.optional(
      text("PEM file of the authority that signed the API's certificate.", { defaultText: "the system's" }),
    ),
    cert: v.optional(text('PEM file of a client certificate.', { defaultText: 'none' })),
    key: v.optional(text('PEM file of its private key.', { defaultText: 'none' })),
  },
  'must be an object',
);

const timeoutsCode = 'CP170';
const limitsCode = 'CP171';

const routeSchema = v.strictObject(
  {
    match: v.pipe(
      v.union(
        [v.string('must be a text'), v.array(v.string('must be a text'))],
        'must be a glob on the path, or a list of globs',
      ),
      about({
        description:
          'picomatch glob or list of globs on the path as received. The first route in file order that matches wins.',
        examples: ['/api/**'],
      }),
    ),
    methods: v.optional(
      v.pipe(
        v.array(v.string('must be a method name'), 'must be a list of method names'),
        about({
          description: 'Only these methods; a preflight counts as the method that it asks for.',
          defaultText: 'all',
        }),
      ),
    ),
    target: text("Base URL of the API (http, https, ws, wss); its path is put before the request's.", {
      examples: ['https://api.example.com'],
    }),
    stripPrefix: v.optional(
      text('Leading path segments to take away: "/gh" turns /gh/user into /user.', {
        defaultText: 'none',
        examples: ['/api'],
      }),
    ),
    rewrite: v.optional(
      v.pipe(
        v.record(v.string(), v.string('must be a text'), 'must be an object of patterns and replacements'),
        about({
          description: 'Regular expression to replacement, on the path alone: { "^/gh/(.*)": "/$1" }.',
          defaultText: 'none',
        }),
      ),
    ),
    cors: v.optional(
      v.pipe(
        v.union(
          [corsSchema, v.literal('passthrough', 'must be an object, or "passthrough"')],
          'must be an object, or "passthrough" to leave CORS to the API',
        ),
        about({
          description:
            'CORS rules of this route. "passthrough": nothing is decided, added or removed; the API answers for itself.',
          defaultText: 'the top-level cors',
          examples: [{ allowOrigin: 'http://localhost:5173' }],
        }),
      ),
    ),
    preflight: v.optional(
      oneOf(['answer', 'forward'], {
        description:
          '"answer": preflights are answered here; "forward": the API is asked, once the origin has passed.',
        default: defaults.preflight,
      }),
    ),
    request: v.optional(v.pipe(requestSchema, about({ description: 'What the API is sent.' }))),
    response: v.optional(v.pipe(responseSchema, about({ description: 'What the page is sent.' }))),
    websocket: v.optional(
      flag('Whether WebSockets pass.', { defaultText: 'true where origins are listed, false under "*"' }),
    ),
    forwardProxy: v.optional(
      text('The proxy of your network that the API is reached by: its URL, or "none".', {
        defaultText: 'HTTPS_PROXY, HTTP_PROXY and NO_PROXY of the environment',
        examples: ['none', 'http://proxy.company.example:3128'],
      }),
    ),
    tls: v.optional(v.pipe(tlsSchema, about({ description: 'TLS to the API.' }))),
    timeouts: v.optional(
      v.pipe(routeTimeoutsSchema, about({ description: 'How long the API may take.', code: timeoutsCode })),
    ),
    limits: v.optional(
      v.pipe(routeLimitsSchema, about({ description: 'How much may go to this target.', code: limitsCode })),
    ),
    dangerouslyAllowPlainHttpSecrets: v.optional(
      flag('Lets a secret travel in clear text to a target that is not on this machine.'),
    ),
  },
  'must be an object: { "match": "/api/**", "target": "https://api.example.com" }',
);

const listenLimitsSchema = v.strictObject(
  {
    url: v.optional(size('Longest request target.', defaults.listen.limits.url)),
    headers: v.optional(size('Largest request head.', defaults.listen.limits.headers)),
    headerCount: v.optional(count('Most request header lines.', 1, defaults.listen.limits.headerCount)),
    connections: v.optional(count('Most open connections.', 1, defaults.listen.limits.connections)),
  },
  'must be an object: { "url": "16kb", "headers": "64kb", "headerCount": 1000, "connections": 10000 }',
);

const listenTimeoutsSchema = v.strictObject(
  {
    head: v.optional(
      milliseconds("Milliseconds for a client's request head; 0 = none.", defaults.listen.timeouts.head),
    ),
    drain: v.optional(
      milliseconds('Milliseconds that a shutdown waits for open requests.', defaults.listen.timeouts.drain),
    ),
  },
  'must be an object of milliseconds: { "head": 10000, "drain": 5000 }',
);

const port = 'must be a port, a whole number from 0 to 65535';

const listenSchema = v.strictObject(
  {
    host: v.optional(
      text('Address to listen on. "localhost" binds 127.0.0.1 and ::1; anything wider warns.', {
        default: defaults.listen.host,
        examples: [defaults.listen.host],
      }),
    ),
    port: v.optional(
      v.pipe(
        v.number(port),
        v.integer(port),
        v.minValue(0, port),
        v.maxValue(65535, port),
        about({
          description: 'Port to listen on; 0 takes any free one.',
          default: defaults.listen.port,
          examples: [defaults.listen.port],
        }),
      ),
    ),
    https: v.optional(
      v.pipe(
        v.union(
          [
            v.boolean('must be true or false'),
            v.strictObject(
              { cert: text('PEM file of the certificate.'), key: text('PEM file of its private key.') },
              'must be an object',
            ),
          ],
          'must be true, false or { "cert": FILE, "key": FILE }',
        ),
        about({
          description:
            'true makes and keeps a certificate for localhost; or { "cert": FILE, "key": FILE }. HTTP/2 and HTTP/1.1.',
          default: defaults.listen.https,
          examples: [true],
        }),
      ),
    ),
    limits: v.optional(
      v.pipe(listenLimitsSchema, about({ description: 'What a client may send.', code: limitsCode })),
    ),
    timeouts: v.optional(
      v.pipe(listenTimeoutsSchema, about({ description: 'How long a client may take.', code: timeoutsCode })),
    ),
    allowedHosts: v.optional(
      v.pipe(
        v.array(v.string('must be a host name'), 'must be a list of host names'),
        about({
          description:
            'Host names beside localhost, *.localhost and the listener\'s addresses; ".dev.test" means the subtree.',
          defaultText: 'none',
        }),
      ),
    ),
    dangerouslyAllowSecretsOnLan: v.optional(
      flag('Lets routes that carry a secret be served beyond this machine.'),
    ),
    dangerouslyAllowAnyHost: v.optional(
      flag('Lets allowedHosts hold "*": no protection against DNS rebinding.'),
    ),
  },
  'must be an object',
);

export const configSchema = v.strictObject(
  {
    $schema: v.optional(text('Where the JSON Schema of this file is, for the editor.')),
    listen: v.optional(v.pipe(listenSchema, about({ description: 'Where this proxy listens.' }))),
    target: v.optional(
      text('Base URL of the API: shorthand for a last route "/**".', {
        examples: ['https://api.example.com'],
      }),
    ),
    cors: v.optional(v.pipe(corsSchema, about({ description: "Defaults for every route's cors." }))),
    request: v.optional(v.pipe(requestSchema, about({ description: "Defaults for every route's request." }))),
    response: v.optional(
      v.pipe(responseSchema, about({ description: "Defaults for every route's response." })),
    ),
    timeouts: v.optional(
      v.pipe(
        routeTimeoutsSchema,
        about({ description: "Defaults for every route's timeouts.", code: timeoutsCode }),
      ),
    ),
    limits: v.optional(
      v.pipe(
        routeLimitsSchema,
        about({ description: "Defaults for every route's limits.", code: limitsCode }),
      ),
    ),
    routes: v.optional(
      v.pipe(
        v.array(routeSchema, 'must be a list of routes'),
        about({ description: 'Routes, tried in this order; the first that matches wins.' }),
      ),
    ),
  },
  'must be an object',
);

/** `"rewrite", "keep" or "drop"` */
function listed(names: readonly string[]): string {
  const quoted = names.map((name) => JSON.stringify(name));
  return quoted.length < 2 ? quoted.join('') : `${quoted.slice(0, -1).join(', ')} or ${quoted.at(-1)}`;
}

export type AnySchema = v.GenericSchema;

/** The message of the first thing that is wrong with a value, or `undefined` where nothing is. */
export function firstMessage(schema: AnySchema, value: unknown): string | undefined {
  return v.safeParse(schema, value).issues?.[0].message;
}

/** What a schema says of itself; an inner one is overruled by the outer. */
export function aboutOf(schema: AnySchema): Partial<About> {
  return v.getMetadata(schema);
}

export type FileCheck =
  | { readonly ok: true; readonly values: ConfigFile }
  | { readonly ok: false; readonly messages: readonly string[] };

/** The whole config at once: gives the type, where `checkShape` has found nothing. */
export function checkFile(value: unknown): FileCheck {
  const result = v.safeParse(configSchema, value);
  if (result.success) return { ok: true, values: result.output };
  return { ok: false, messages: result.issues.map((issue) => issue.message) };
}

export type ConfigFile = v.InferOutput<typeof configSchema>;
export type CorsRules = v.InferOutput<typeof corsSchema>;
export type RouteRules = v.InferOutput<typeof routeSchema>;
export type ListenRules = v.InferOutput<typeof listenSchema>;
export type RequestRules = v.InferOutput<typeof requestSchema>;
export type ResponseRules = v.InferOutput<typeof responseSchema>;
export type TlsRules = v.InferOutput<typeof tlsSchema>;
