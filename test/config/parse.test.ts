import { describe, expect, it } from 'vitest';
import { parseConfig } from '../../src/config/parse.ts';
import { line, problemsOf, withMembers, withRoute } from './report.ts';

type Row = readonly [sentence: string, text: string, report: readonly string[]];

const empty =
  'Cannot read a config: the file is empty · write { "target": "https://api.example.com" }, or delete the file and run: cors-proxy init';

const files: readonly Row[] = [
  ['A1 an empty file, as an editor leaves it half way through a save', '', [`c.json:1:1  CP105 ${empty}`]],
  ['A1 nothing but a comment', '// later\n', [`c.json:1:1  CP105 ${empty}`]],
  [
    'A1 a list at the top',
    '\n  [1]',
    [
      'c.json:2:3  CP105 Cannot read a config: it must be an object, not a list · write { "target": "https://api.example.com" }, or delete the file and run: cors-proxy init',
    ],
  ],
  ...['null', 'true', '5'].map(
    (value): Row => [
      `A1 ${value} at the top`,
      value,
      [
        `c.json:1:1  CP105 Cannot read a config: it must be an object, not ${value} · write { "target": "https://api.example.com" }, or delete the file and run: cors-proxy init`,
      ],
    ],
  ),
  [
    'A1 a key twice: the second would win without a word',
    withMembers('"cors": { "maxAge": 5 },\n  "cors": {}'),
    [
      'c.json:3:3 cors CP104 Cannot tell which "cors" counts: it stands here a second time, and would silently win over the one at 2:1 · keep one of them',
    ],
  ],
  [
    'A1 a header twice in a route',
    withRoute('"request": { "headers": { "X-A": "1", "X-A": "2" } }'),
    [
      'c.json:2:39 routes[0].request.headers["X-A"] CP104 Cannot tell which "X-A" counts: it stands here a second time, and would silently win over the one at 2:27 · keep one of them',
    ],
  ],
  [
    'A4 neither target nor routes',
    '{ "cors": {} }',
    [
      'c.json:1:1  CP108 Nothing to forward to: the config has neither "target" nor "routes" · add "target": "https://api.example.com", or give it: cors-proxy https://api.example.com',
    ],
  ],
  [
    'A4 is not said as well where the key was misspelt',
    '{ "tagret": "https://a.test" }',
    ['c.json:1:3 tagret CP103 Unknown key "tagret" · did you mean "target"?'],
  ],
];

const syntax: readonly Row[] = [
  [
    'a missing comma, at what follows',
    '{ "target": "x"\n  "cors": {} }',
    [
      'c.json:2:3  CP101 Cannot read "cors": a comma is missing in front of it · add "," behind the value before it',
    ],
  ],
  [
    'a text without its end, and not what follows from it',
    '{ "target": "x,\n  "cors": {} }',
    [
      'c.json:1:13  CP101 Cannot find the end of this text: a double quote is missing on its line · add the closing "',
    ],
  ],
  [
    'a key without quotes',
    '{ target: "x" }',
    [
      'c.json:1:3  CP101 Cannot read "target": it is neither a text, a number, true, false nor null · put it in double quotes: "target"',
    ],
  ],
  [
    'single quotes',
    '{ \'target\': "x" }',
    [
      'c.json:1:3  CP101 Cannot read "\'target\'": it is neither a text, a number, true, false nor null · put it in double quotes: "target"',
    ],
  ],
  [
    'a misspelt word',
    withMembers('"listen": { "https": ture }'),
    [
      'c.json:2:22  CP101 Cannot read "ture": it is neither a text, a number, true, false nor null · did you mean true?',
    ],
  ],
  [
    'a comment of YAML',
    '{ "target": "https://a.test" # mine\n}',
    [
      'c.json:1:30  CP101 Cannot read "#": it is neither a text, a number, true, false nor null · write a comment as // …',
    ],
  ],
  ...['0x1F6A', '+8010', '.5', 'NaN', 'Infinity'].map((number): Row => {
    const token = number.replace('0x', 'x');
    const column = number === token ? 21 : 22;
    return [
      `a number of JSON5: ${number}`,
      withMembers(`"listen": { "port": ${number} }`),
      [
        `c.json:2:${column}  CP101 Cannot read "${token}": it is neither a text, a number, true, false nor null · write a number in digits, e.g. 8010`,
      ],
    ];
  }),
  [
    'a list that a brace ends',
    '{ "routes": [\n  {} }',
    ['c.json:2:6  CP101 Cannot end with "}" what "[" began at 1:13 · add the missing "]" in front of it'],
  ],
  [
    'a bracket too much',
    '{ "target": "x" }\n}',
    ['c.json:2:1  CP101 Cannot read this "}": no "{" is open here · remove it'],
  ],
  [
    'a bracket that stays open, at the bracket',
    '{ "cors": {\n  "maxAge": 5 \n',
    ['c.json:1:11  CP101 Cannot find the end of this "{": the file ends first · add the missing "}"'],
  ],
  [
    'two mistakes on two lines',
    '{ "listen": { "port" 80 },\n "target" "x" }',
    [
      'c.json:1:22  CP101 Cannot read "80": a colon is missing between key and value · write "key": value',
      'c.json:2:11  CP101 Cannot read "x": a colon is missing between key and value · write "key": value',
    ],
  ],
  [
    'a million brackets, which would overflow the stack of a parser',
    '['.repeat(1_000_000),
    [
      'c.json:1:33  CP101 Cannot read brackets that are nested deeper than 32 levels; a config needs five · is this the right file?',
    ],
  ],
  [
    'a file of more than a megabyte',
    ' '.repeat(1024 * 1024 + 1),
    ['c.json:1:1  CP100 Cannot read a config of more than 1 MB · is this the right file?'],
  ],
];

const types: readonly Row[] = [
  [
    'V41 a number in quotes',
    withMembers('"listen": { "port": "8010" }'),
    [
      'c.json:2:21 listen.port CP102 "port" must be a port, a whole number from 0 to 65535, not the text "8010" · remove the quotes: 8010',
    ],
  ],
  [
    'V41 a truth value in quotes: every text is truthy',
    withRoute('"cors": { "allowCredentials": "false" }'),
    [
      'c.json:2:31 routes[0].cors.allowCredentials CP102 "allowCredentials" must be true or false, not the text "false" · remove the quotes: false',
    ],
  ],
  [
    'V41 "yes" for true',
    withRoute('"websocket": "yes"'),
    [
      'c.json:2:14 routes[0].websocket CP102 "websocket" must be true or false, not the text "yes" · write true',
    ],
  ],
  [
    'V41 one wrong item of a list, at the item',
    withRoute('"cors": { "allowOrigin": ["http://a", 5] }'),
    [
      'c.json:2:39 routes[0].cors.allowOrigin[1] CP102 An item of "allowOrigin" must be a text, not 5 · put it in quotes: "5"',
    ],
  ],
  [
    'V03 allowOrigin true: reflection is not offered',
    withMembers('"cors": { "allowOrigin": true }'),
    [
      'c.json:2:26 cors.allowOrigin CP102 "allowOrigin" must be "*", one origin or a list of origins (echoing any origin is not offered), not true · write "http://localhost:5173"',
    ],
  ],
  [
    'V41 an object where a list stands, at its bracket',
    withMembers('"listen": { "allowedHosts": {\n } }'),
    [
      'c.json:2:29 listen.allowedHosts CP102 "allowedHosts" must be a list of host names, not an object · write [ … ]',
    ],
  ],
  [
    'V41 a text where a list stands',
    withRoute('"methods": "GET"'),
    [
      'c.json:2:12 routes[0].methods CP102 "methods" must be a list of method names, not the text "GET" · write ["GET"]',
    ],
  ],
  [
    'V41 null is no way to take a default back',
    withRoute('"stripPrefix": null'),
    [
      'c.json:2:16 routes[0].stripPrefix CP102 "stripPrefix" must be a text, not null · remove the key, or give it a value',
    ],
  ],
  [
    'V41 a header that is a number',
    withRoute('"request": { "headers": { "X-A": 5 } }'),
    [
      'c.json:2:34 routes[0].request.headers["X-A"] CP102 "X-A" must be a text, or null to remove the header, not 5 · put it in quotes: "5"',
    ],
  ],
  [
    'V41 a port above the last one',
    withMembers('"listen": { "port": 65536 }'),
    [
      'c.json:2:21 listen.port CP102 "port" must be a port, a whole number from 0 to 65535, not 65536 · write 8010',
    ],
  ],
  [
    'a variable where a number stands: it could only fill in a text',
    withMembers('"listen": { "port": "${PORT:-80}" }'),
    [
      'c.json:2:21 listen.port CP102 "port" must be a port, a whole number from 0 to 65535, not the text "${PORT:-80}" · ${…} fills in texts only: write the number itself',
    ],
  ],
  [
    'V42 a misspelt mode',
    withRoute('"response": { "cookies": "rewritte" }'),
    [
      'c.json:2:26 routes[0].response.cookies CP106 "cookies" must be "rewrite", "keep" or "drop", not "rewritte" · did you mean "rewrite"?',
    ],
  ],
  [
    'a word where the rules or "passthrough" stand',
    withRoute('"cors": "off"'),
    [
      'c.json:2:9 routes[0].cors CP106 "cors" must be an object, or "passthrough", not "off" · write { "allowOrigin": "http://localhost:5173" } or "passthrough"',
    ],
  ],
  [
    'an origin where the rules stand: nobody is sent to "passthrough" alone',
    withRoute('"cors": "http://localhost:3000"'),
    [
      'c.json:2:9 routes[0].cors CP106 "cors" must be an object, or "passthrough", not "http://localhost:3000" · write { "allowOrigin": "http://localhost:5173" } or "passthrough"',
    ],
  ],
  [
    'A3 a certificate without its key',
    withMembers('"listen": { "https": { "cert": "c.pem" } }'),
    ['c.json:2:22 listen.https CP107 Cannot use listen.https: it has no "key" · add "key": "FILE"'],
  ],
  [
    'a route without a target',
    '{ "routes": [ { "match": "/a" } ] }',
    [
      'c.json:1:15 routes[0] CP107 Cannot use routes[0]: it has no "target" · add "target": "https://api.example.com"',
    ],
  ],
];

const names: readonly Row[] = [
  [
    'V42 two letters swapped',
    withRoute('"cors": { "allowCredentails": true }'),
    [
      'c.json:2:11 routes[0].cors.allowCredentails CP103 Unknown key "allowCredentails" · did you mean "allowCredentials"?',
    ],
  ],
  [
    'V42 the name that other tools have, misspelt',
    withMembers('"cors": { "orgins": [] }'),
    ['c.json:2:11 cors.orgins CP103 Unknown key "orgins" · did you mean "allowOrigin"?'],
  ],
  [
    'V42 secure, of http-proxy',
    withRoute('"secure": false'),
    ['c.json:2:1 routes[0].secure CP103 Unknown key "secure" · did you mean "tls": { "verify": … }?'],
  ],
  [
    'V42 changeOrigin, of http-proxy',
    withRoute('"changeOrigin": true'),
    [
      'c.json:2:1 routes[0].changeOrigin CP103 Unknown key "changeOrigin" · did you mean "request": { "host": … }?',
    ],
  ],
  [
    'V42 pathRewrite, of http-proxy-middleware',
    withRoute('"pathRewrite": {}'),
    ['c.json:2:1 routes[0].pathRewrite CP103 Unknown key "pathRewrite" · did you mean "rewrite"?'],
  ],
  [
    'V42 proxyTimeout, of http-proxy',
    withRoute('"proxyTimeout": 5'),
    ['c.json:2:1 routes[0].proxyTimeout CP103 Unknown key "proxyTimeout" · did you mean "timeouts"?'],
  ],
  [
    'V42 credentials and expose, of cors',
    withMembers('"cors": { "credentials": true,\n"expose": "*" }'),
    [
      'c.json:2:11 cors.credentials CP103 Unknown key "credentials" · did you mean "allowCredentials"?',
      'c.json:3:1 cors.expose CP103 Unknown key "expose" · did you mean "exposeHeaders"?',
    ],
  ],
  [
    'V42 a key of ours at the wrong height',
    withMembers('"port": 8010'),
    ['c.json:2:1 port CP103 Unknown key "port" · did you mean "listen": { "port": … }?'],
  ],
  [
    'V42 a key of a route outside of the routes',
    withMembers('"stripPrefix": "/a"'),
    ['c.json:2:1 stripPrefix CP103 Unknown key "stripPrefix" · its place is "routes[].stripPrefix"'],
  ],
  [
    'V42 a misspelt key that must be there is not missed as well',
    '{ "routes": [ { "match": "/a", "url": "https://a.test" } ] }',
    ['c.json:1:32 routes[0].url CP103 Unknown key "url" · did you mean "target"?'],
  ],
  [
    'V42 a name that is like nothing',
    withMembers('"listen": { "zzzzzzzz": 1 }'),
    [
      'c.json:2:13 listen.zzzzzzzz CP103 Unknown key "zzzzzzzz" · keys that may stand here: host, port, https, limits, timeouts, allowedHosts, dangerouslyAllowSecretsOnLan, dangerouslyAllowAnyHost',
    ],
  ],
  [
    'V60 allowPrivateNetwork has words of its own',
    withMembers('"cors": { "allowPrivateNetwork": true }'),
    [
      'c.json:2:11 cors.allowPrivateNetwork CP103 Unknown key "allowPrivateNetwork": the Private Network Access protocol is dead; Chrome asks its user instead, and no header can grant it · remove the key, and allow "Local network access" for the page when the browser asks',
    ],
  ],
  [
    'names that lead to a prototype are unknown like any other',
    withMembers('"toString": 1, "__proto__": { "polluted": true }'),
    [
      'c.json:2:1 toString CP103 Unknown key "toString" · keys that may stand here: $schema, listen, target, cors, request, response, timeouts, limits, routes',
      'c.json:2:16 __proto__ CP103 Unknown key "__proto__" · keys that may stand here: $schema, listen, target, cors, request, response, timeouts, limits, routes',
    ],
  ],
  [
    'a header whose name leads to a prototype is not lost without a word',
    withRoute('"request": { "headers": { "constructor": "x" } }'),
    [
      'c.json:2:27 routes[0].request.headers.constructor CP103 Cannot use "constructor" as a name here: it means an object\'s prototype · remove it',
    ],
  ],
];

const kinds: readonly Row[] = [
  [
    'A10 a duration in words',
    withRoute('"timeouts": { "connect": "10s" }'),
    [
      'c.json:2:26 routes[0].timeouts.connect CP170 "connect" must be milliseconds, a whole number, not the text "10s" · write 10000',
    ],
  ],
  [
    'A10 a negative duration',
    withMembers('"timeouts": { "body": -1 }'),
    ['c.json:2:23 timeouts.body CP170 "body" must be milliseconds, 0 or more, not -1 · write 0'],
  ],
  [
    'A10 a part of a millisecond',
    withMembers('"listen": { "timeouts": { "head": 0.5 } }'),
    [
      'c.json:2:35 listen.timeouts.head CP170 "head" must be milliseconds, a whole number, not 0.5 · write 10000',
    ],
  ],
  [
    'A10 one number for all timeouts',
    withRoute('"timeouts": 5000'),
    [
      'c.json:2:13 routes[0].timeouts CP170 "timeouts" must be an object of milliseconds: { "connect": 10000, "headers": 60000, "body": 0 }, not 5000 · write { … }',
    ],
  ],
  [
    'A10 a size without its unit',
    withMembers('"limits": { "requestBody": "100" }'),
    [
      'c.json:2:28 limits.requestBody CP171 "requestBody" must be a size above 0, with its unit, not "100" · write "100mb"',
    ],
  ],
  [
    'A10 a size as a number',
    withMembers('"limits": { "requestBody": 100 }'),
    [
      'c.json:2:28 limits.requestBody CP171 "requestBody" must be a size above 0, with its unit, not 100 · write "100b", or a larger unit: "100mb"',
    ],
  ],
  [
    'A10 a size with a blank',
    withMembers('"listen": { "limits": { "url": "10 MB" } }'),
    [
      'c.json:2:32 listen.limits.url CP171 "url" must be a size above 0, with its unit, not "10 MB" · write "10mb"',
    ],
  ],
  [
    'A10 no connections at all',
    withRoute('"limits": { "connections": 0 }'),
    [
      'c.json:2:28 routes[0].limits.connections CP171 "connections" must be a whole number, 1 or more, not 0 · write 256',
    ],
  ],
];

describe.each([
  ['the file', files],
  ['its syntax', syntax],
  ['types (V41)', types],
  ['names (V42)', names],
  ['timeouts and limits (A10)', kinds],
] as const)('%s', (_, rows) => {
  it.each(rows)('%s', (_sentence, text, report) => {
    expect(problemsOf(text).map(line)).toEqual(report);
  });
});

describe('the report', () => {
  it('holds every problem of every class, sorted by position', () => {
    const text = `{
  "target": 5,
  "listen": { "prot": 1, "port": "80" },
  "request": { "headers": { "X": "\${NOT_SET}" } },
  "listen": {}
}`;
    expect(problemsOf(text).map(({ place, code }) => `${place.line}:${place.column} ${code}`)).toEqual([
      '2:13 CP102',
      '3:15 CP103',
      '3:34 CP102',
      '4:35 CP120',
      '5:3 CP104',
    ]);
  });

  it('underlines the token, and an object only at its bracket', () => {
    const [text, object] = problemsOf(withMembers('"listen": { "port": "80" }, "cors": [\n1]'));
    expect(text?.place.length).toBe('"80"'.length);
    expect(object?.place.length).toBe(1);
  });

  it.each([
    ['LF', '{\n"target":\n5}'],
    ['CR LF', '{\r\n"target":\r\n5}'],
    ['CR', '{\r"target":\r5}'],
  ])('counts lines that end in %s', (_, text) => {
    expect(problemsOf(text)[0]?.place).toMatchObject({ line: 3, column: 1 });
  });

  it('counts no byte order mark', () => {
    expect(problemsOf('\uFEFF{ "target": 5 }')[0]?.place).toMatchObject({ line: 1, column: 13 });
  });

  it('does not pollute a prototype', () => {
    problemsOf(
      '{ "__proto__": { "polluted": 1 }, "cors": { "constructor": { "prototype": { "polluted": 1 } } } }',
    );
    expect('polluted' in {}).toBe(false);
  });
});

describe('a config that is well', () => {
  it('gives its values, comments and trailing commas left out', () => {
    const parsed = parseConfig(
      '{ // api\n"target": "https://a.test", /* x */ "cors": { "allowOrigin": ["http://a.test",], }, }',
    );
    expect(parsed).toMatchObject({
      ok: true,
      problems: [],
      value: { values: { target: 'https://a.test', cors: { allowOrigin: ['http://a.test'] } } },
    });
  });

  it('says where each value stands, and the nearest parent of one that does not', () => {
    const text = '{ "target": "https://a.test",\n  "cors": { "allowOrigin": "*" } }';
    const parsed = parseConfig(text, { file: 'c.json' });
    if (!parsed.ok) throw new Error('refused');
    const { placeOf, placeOfKey } = parsed.value;
    const found = { file: 'c.json', line: 2 };
    expect(placeOf(['cors', 'allowOrigin'])).toEqual({
      ...found,
      column: 28,
      length: 3,
      key: 'cors.allowOrigin',
    });
    expect(placeOfKey(['cors', 'allowOrigin'])).toEqual({
      ...found,
      column: 13,
      length: 13,
      key: 'cors.allowOrigin',
    });
    expect(placeOf(['cors', 'maxAge'])).toEqual({ ...found, column: 11, length: 1, key: 'cors.maxAge' });
    expect(placeOfKey(['cors', 'maxAge'])).toEqual({ ...found, column: 11, length: 1, key: 'cors.maxAge' });
    expect(placeOf([])).toMatchObject({ line: 1, column: 1, key: '' });
  });
});
