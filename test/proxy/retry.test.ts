import { describe, expect, it } from 'vitest';
import { type FailedAttempt, mayRetry } from '../../src/proxy/retry.ts';

const coded = (code: string) => Object.assign(new Error(code), { code });
const stale: FailedAttempt = {
  error: coded('CONNECTION_ENDED'),
  method: 'GET',
  isReused: true,
  gotBytes: false,
};

describe('mayRetry', () => {
  it.each(['GET', 'HEAD', 'OPTIONS', 'PUT', 'DELETE'])('%s may be sent again', (method) => {
    expect(mayRetry({ ...stale, method })).toBe(true);
  });

  it.each(['POST', 'PATCH', 'get', 'QUERY', 'LOCK'])(
    '%s may not: doing it twice is not doing it once',
    (method) => {
      expect(mayRetry({ ...stale, method })).toBe(false);
    },
  );

  it.each(['CONNECTION_ENDED', 'ECONNRESET', 'EPIPE', 'ECONNABORTED'])(
    '%s is how an idle connection dies',
    (code) => {
      expect(mayRetry({ ...stale, error: coded(code) })).toBe(true);
    },
  );

  it.each(['ECONNREFUSED', 'ETIMEDOUT', 'RESPONSE_HEAD_TOO_LARGE', 'INVALID_RESPONSE'])(
    '%s is not',
    (code) => {
      expect(mayRetry({ ...stale, error: coded(code) })).toBe(false);
    },
  );

  it.each([
    ['a connection that nobody used before', { isReused: false }],
    ['an answer that has begun', { gotBytes: true }],
    ['an error without a code', { error: new Error('x') }],
  ])('%s is final', (_what, change) => {
    expect(mayRetry({ ...stale, ...change })).toBe(false);
  });
});
