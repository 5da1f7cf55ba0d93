import { describe, expect, it } from 'vitest';
import { hasNoBody, isActiveDocument, isBoundToOrigin } from '../../src/rewrite/response-fields.ts';

describe('a field that would bind to the origin of this proxy', () => {
  it.each([
    'strict-transport-security',
    'clear-site-data',
    'alt-svc',
    'nel',
    'report-to',
    'reporting-endpoints',
    'service-worker-allowed',
    'set-cookie2',
    'public-key-pins',
    'origin-agent-cluster',
  ])('%s is one', (name) => {
    expect(isBoundToOrigin(name)).toBe(true);
  });

  it.each(['set-cookie', 'content-security-policy', 'cache-control', 'etag', 'x-strict-transport-security'])(
    '%s is none',
    (name) => {
      expect(isBoundToOrigin(name)).toBe(false);
    },
  );
});

describe('a message that ends with its head (RFC 9110 §6.4.1)', () => {
  it.each([100, 101, 103, 204, 304])('%i', (status) => {
    expect(hasNoBody(status)).toBe(true);
  });

  it.each([200, 205, 206, 301, 404, 500])('not %i', (status) => {
    expect(hasNoBody(status)).toBe(false);
  });
});

/**
 * What a browser runs as a document of the origin that it came from: HTML, SVG, every XML type (MIME Sniffing, "XML MIME
 * type": script in the namespace of XHTML runs in each), and what it must sniff because the type says nothing.
 */
const types: readonly (readonly [name: string, lines: readonly string[], isActive: boolean])[] = [
  ['HTML', ['text/html'], true],
  ['HTML with its charset', ['text/html; charset=utf-8'], true],
  ['HTML in upper case, after a space', [' Text/HTML'], true],
  ['XHTML', ['application/xhtml+xml'], true],
  ['SVG', ['image/svg+xml;charset=utf-8'], true],
  ['XML', ['text/xml'], true],
  ['XML as application', ['application/xml'], true],
  ['a feed', ['application/atom+xml'], true],
  ['a type of somebody that is XML', ['application/vnd.example+xml'], true],
  ['style sheets of XSLT, which Chromium reads as XML', ['text/xsl'], true],
  ['no type at all: the browser sniffs', [], true],
  ['an empty one', [''], true],
  ['one that cannot be read', ['html'], true],
  ['one that is defined as unknown (MIME Sniffing §7)', ['unknown/unknown'], true],
  ['the other one', ['application/unknown'], true],
  ['any', ['*/*'], true],
  [
    'two lines: the last that can be read counts (Fetch, "extract a MIME type")',
    ['application/json', 'text/html'],
    true,
  ],
  ['two in one line', ['application/json, text/html'], true],
  ['two lines the other way round: nobody should rely on that', ['text/html', 'application/json'], true],
  ['JSON', ['application/json'], false],
  ['JSON with its charset', ['application/json; charset=utf-8'], false],
  ['a JSON type', ['application/problem+json'], false],
  ['plain text, which nosniff or not stays text', ['text/plain'], false],
  ['an image', ['image/png'], false],
  ['bytes', ['application/octet-stream'], false],
  ['an event stream', ['text/event-stream'], false],
  ['a script', ['text/javascript'], false],
  ['a parameter that names HTML', ['application/json; profile="text/html"'], false],
];

describe('a document that a browser runs', () => {
  it.each(types)('%s', (_, lines, isActive) => {
    expect(isActiveDocument(lines)).toBe(isActive);
  });
});
