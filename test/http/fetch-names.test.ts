import { describe, expect, it } from 'vitest';
import {
  forbiddenMethods,
  isForbiddenRequestHeader,
  safelistedResponseHeaders,
} from '../../src/http/fetch-names.ts';
import { receivableMethods } from '../../src/http/receivable-methods.ts';

/** Fetch, "forbidden request-header". */
describe('a forbidden request-header', () => {
  it.each([
    'cookie',
    'host',
    'origin',
    'referer',
    'via',
    'sec-fetch-site',
    'sec-x',
    'proxy-authorization',
    'proxy-',
  ])('%s is one', (name) => {
    expect(isForbiddenRequestHeader(name)).toBe(true);
  });

  it.each(['authorization', 'user-agent', 'x-sec-fetch', 'secret', 'proxy', 'x-proxy-y', 'accept-language'])(
    '%s is none',
    (name) => {
      expect(isForbiddenRequestHeader(name)).toBe(false);
    },
  );
});

describe('a CORS-safelisted response-header name', () => {
  it.each([
    'content-range',
    'etag',
    'link',
    'location',
    'retry-after',
    'www-authenticate',
    'x-ratelimit-limit',
    'vary',
  ])('%s is none, so that it must be exposed', (name) => {
    expect(safelistedResponseHeaders.has(name)).toBe(false);
  });

  it('is one of seven', () => {
    expect(safelistedResponseHeaders.size).toBe(7);
  });
});

describe('a method that this server can receive', () => {
  it.each(['GET', 'PATCH', 'PURGE', 'OPTIONS'])('%s is one', (method) => {
    expect(receivableMethods.has(method)).toBe(true);
  });

  it.each(['patch', 'get', 'CHICKEN', 'TRACK', ''])('%j is none', (method) => {
    expect(receivableMethods.has(method)).toBe(false);
  });

  it('may be one that no page can send', () => {
    expect([...forbiddenMethods].sort()).toEqual(['CONNECT', 'TRACE', 'TRACK']);
  });
});
