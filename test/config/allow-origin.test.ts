/** An edit of somebody's file: what they wrote stays as they wrote it, comments and layout included. */

import { describe, expect, it } from 'vitest';
import { allowOriginIn } from '../../src/config/allow-origin.ts';
import { parseConfig } from '../../src/config/parse.ts';
import { placeText } from '../../src/config/problem.ts';

const origin = 'http://localhost:4200';

function edit(text: string, section: readonly (string | number)[] = ['cors'], wanted = origin) {
  return allowOriginIn(text, { origin: wanted, section, file: 'c.json' });
}

interface Row {
  readonly before: string;
  readonly after: string;
  readonly section?: readonly (string | number)[];
  readonly origin?: string;
}

const rows: Readonly<Record<string, Row>> = {
  'one origin becomes a list': {
    before: '{ "target": "https://a.test", "cors": { "allowOrigin": "http://localhost:5173" } }',
    after:
      '{ "target": "https://a.test", "cors": { "allowOrigin": ["http://localhost:5173", "http://localhost:4200"] } }',
  },
  'a list on one line stays on it': {
    before:
      '{ "cors": { "allowOrigin": ["http://a.test"/* a */], "maxAge": 600 }, "target": "https://a.test" }',
    after:
      '{ "cors": { "allowOrigin": ["http://a.test", "http://localhost:4200"/* a */], "maxAge": 600 }, "target": "https://a.test" }',
  },
  'a list with an item a line gets a line, and comments stay with their items': {
    before: `{
  // who may read
  "cors": {
    "allowOrigin": [
      "http://a.test", // the shop
      "http://b.test" /* the */ // desk
      // more to come
    ],
  },
  "target": "https://a.test"
}
`,
    after: `{
  // who may read
  "cors": {
    "allowOrigin": [
      "http://a.test", // the shop
      "http://b.test", /* the */ // desk
      "http://localhost:4200"
      // more to come
    ],
  },
  "target": "https://a.test"
}
`,
  },
  'a trailing comma stays the style': {
    before:
      '{\n\t"target": "https://a.test",\n\t"cors": {\n\t\t"allowOrigin": [\n\t\t\t"http://a.test", // a\n\t\t],\n\t},\n}',
    after:
      '{\n\t"target": "https://a.test",\n\t"cors": {\n\t\t"allowOrigin": [\n\t\t\t"http://a.test", // a\n\t\t\t"http://localhost:4200",\n\t\t],\n\t},\n}',
  },
  'a comma in a comment is none': {
    before: '{ "target": "https://a.test", "cors": { "allowOrigin": [\n "http://a.test" // a, b\n ] } }',
    after:
      '{ "target": "https://a.test", "cors": { "allowOrigin": [\n "http://a.test", // a, b\n "http://localhost:4200"\n ] } }',
  },
  'lines that end in CR LF go on doing so': {
    before: '{\r\n  "target": "https://a.test"\r\n}\r\n',
    after:
      '{\r\n  "target": "https://a.test",\r\n  "cors": { "allowOrigin": ["http://localhost:*", "http://127.0.0.1:*", "http://localhost:4200"] }\r\n}\r\n',
  },
  'the default is written out beside it, for a list takes its place': {
    before: '{ "target": "https://a.test", "cors": {} }',
    after:
      '{ "target": "https://a.test", "cors": { "allowOrigin": ["http://localhost:*", "http://127.0.0.1:*", "http://localhost:4200"] } }',
  },
  'a route that went by the list at the top keeps what it allowed': {
    before:
      '{ "cors": { "allowOrigin": ["http://a.test", "${B:-http://b.test}"] },\n  "routes": [\n    { "match": "/a/**", "target": "https://a.test" }\n  ] }',
    after:
      '{ "cors": { "allowOrigin": ["http://a.test", "${B:-http://b.test}"] },\n  "routes": [\n    { "match": "/a/**", "target": "https://a.test", "cors": { "allowOrigin": ["http://a.test", "${B:-http://b.test}", "http://localhost:4200"] } }\n  ] }',
    section: ['routes', 0, 'cors'],
  },
  'the section of a route gets the key': {
    before: `{
  "routes": [
    {
      "match": "/a/**",
      "target": "https://a.test",
      "cors": {
        "allowCredentials": false // not yet
      }
    }
  ]
}`,
    after: `{
  "routes": [
    {
      "match": "/a/**",
      "target": "https://a.test",
      "cors": {
        "allowCredentials": false, // not yet
        "allowOrigin": ["http://localhost:*", "http://127.0.0.1:*", "http://localhost:4200"]
      }
    }
  ]
}`,
    section: ['routes', 0, 'cors'],
  },
  '"*" takes the place of what stands there': {
    before: '{ "target": "https://a.test", "cors": { "allowOrigin": ["http://a.test"] } }',
    after: '{ "target": "https://a.test", "cors": { "allowOrigin": "*" } }',
    origin: '*',
  },
  'a byte order mark stays': {
    before: '\uFEFF{ "target": "https://a.test", "cors": { "allowOrigin": [] } }',
    after: '\uFEFF{ "target": "https://a.test", "cors": { "allowOrigin": ["http://localhost:4200"] } }',
  },
  'a comma in front of its line is one, too': {
    before: '{ "target": "https://a.test"\n, "cors": { "allowOrigin": ["http://a.test"\n  , ] } }',
    after:
      '{ "target": "https://a.test"\n, "cors": { "allowOrigin": ["http://a.test"\n  ,\n"http://localhost:4200", ] } }',
  },
};

describe('an origin put into a config', () => {
  it.each(Object.entries(rows))('%s', (_sentence, { before, after, section, origin: wanted = origin }) => {
    const edited = edit(before, section, wanted);
    expect(edited?.kind).toBe('added');
    expect(edited?.text).toBe(after);
    expect(parseConfig(edited?.text).problems).toEqual([]);
    // A second time changes nothing.
    expect(edit(after, section, wanted)).toMatchObject({ kind: 'there already', text: after });
  });

  it('says where it stands now', () => {
    const edited = edit('{\n  "target": "https://a.test",\n  "cors": { "allowOrigin": "http://a.test" }\n}');
    expect(edited && placeText(edited.place)).toBe('c.json:3:46');
    expect(edited?.place.key).toBe('cors.allowOrigin[1]');
  });

  it.each([
    ['no config', '{ "target": '],
    ['no object', '[]'],
    ['a section that is none', '{ "target": "https://a.test", "cors": "passthrough" }'],
    ['a key that stands twice', '{ "cors": {}, "cors": {} }'],
  ])('leaves alone what it cannot edit: %s', (_sentence, text) => {
    expect(edit(text)).toBeUndefined();
  });
});
