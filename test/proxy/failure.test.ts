/** What goes wrong on the way to an upstream, as a value: a code, a status and a sentence that says what to do. */

import { describe, expect, it } from 'vitest';
import { InvalidResponse, type InvalidResponseCode } from '../../src/http/invalid-response.ts';
import { failure, upstreamFailure } from '../../src/proxy/failure.ts';
import type { Target } from '../../src/ruleset.ts';

const target: Target = {
  text: 'http://api.test:3000',
  scheme: 'http',
  hostname: 'api.test',
  port: 3000,
  hostHeader: 'api.test:3000',
  origin: 'http://api.test:3000',
  basePath: '',
};

const coded = (code: string, message = code) => Object.assign(new Error(message), { code });
const unfit = (code: InvalidResponseCode, message: string, data = '') =>
  new InvalidResponse(code, message, data);

describe('upstreamFailure', () => {
  const rows: readonly (readonly [
    what: string,
    error: unknown,
    code: string,
    status: number,
    said: RegExp,
  ])[] = [
    [
      'a name that nobody knows',
      coded('ENOTFOUND'),
      'dns_error',
      502,
      /api\.test does not resolve.*"target"/,
    ],
    ['a resolver that cannot answer now', coded('EAI_AGAIN'), 'dns_error', 502, /offline/],
    ['a resolver that is silent', coded('DNS_TIMEOUT', 'not resolved'), 'dns_timeout', 504, /not resolved/],
    [
      'a name that leads to a metadata address',
      coded('IP_PROHIBITED', 'leads to'),
      'destination_ip_prohibited',
      502,
      /leads to/,
    ],
    ['nobody listening', coded('ECONNREFUSED'), 'connection_refused', 502, /start the server on port 3000/],
    ['a connection that never came', coded('ETIMEDOUT'), 'connection_timeout', 504, /timeouts\.connect/],
    ['no route to the host', coded('EHOSTUNREACH'), 'destination_ip_unroutable', 502, /check the network/],
    ['no route to the network', coded('ENETUNREACH'), 'destination_ip_unroutable', 502, /check the network/],
    ['no file handle left', coded('EMFILE'), 'connection_limit_reached', 503, /ulimit/],
    ['no port left', coded('EADDRNOTAVAIL'), 'connection_limit_reached', 503, /ports/],
    ['no socket file', coded('ENOENT'), 'destination_unavailable', 502, /ENOENT/],
    [
      'a certificate that is its own authority',
      coded('DEPTH_ZERO_SELF_SIGNED_CERT'),
      'tls_certificate_error',
      502,
      /tls\.ca/,
    ],
    [
      'an unknown authority',
      coded('UNABLE_TO_VERIFY_LEAF_SIGNATURE'),
      'tls_certificate_error',
      502,
      /tls\.ca/,
    ],
    [
      'a certificate for another name',
      coded('ERR_TLS_CERT_ALTNAME_INVALID'),
      'tls_certificate_error',
      502,
      /another name/,
    ],
    ['a certificate of yesterday', coded('CERT_HAS_EXPIRED'), 'tls_certificate_error', 502, /clock/],
    [
      'plain HTTP on a TLS port',
      coded('ERR_SSL_WRONG_VERSION_NUMBER'),
      'tls_protocol_error',
      502,
      /use http:\/\//,
    ],
    ['something else on a TLS port', coded('EPROTO'), 'tls_protocol_error', 502, /use http:\/\//],
    [
      'a TLS alert',
      coded('ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED'),
      'tls_alert_received',
      502,
      /handshake/,
    ],
    ['a reset', coded('ECONNRESET'), 'connection_terminated', 502, /own log.*https:\/\//],
    ['a broken pipe', coded('EPIPE'), 'connection_terminated', 502, /closed the connection/],
    ['an end without an answer', coded('CONNECTION_ENDED'), 'connection_terminated', 502, /closed/],
    ['a 101 for nobody', unfit('UNASKED_UPGRADE', '101 for nobody'), 'http_upgrade_failed', 502, /101/],
    [
      'a head that is too large',
      unfit('RESPONSE_HEAD_TOO_LARGE', 'x'),
      'http_response_header_section_size',
      502,
      /256 KiB/,
    ],
    [
      'a coding that the parser of a handshake refuses',
      coded('HPE_INVALID_TRANSFER_ENCODING'),
      'http_response_transfer_coding',
      502,
      /unknown Transfer-Encoding/,
    ],
    [
      'an unknown coding',
      unfit('UNKNOWN_TRANSFER_CODING', 'the Transfer-Encoding "x"'),
      'http_response_transfer_coding',
      502,
      /Transfer-Encoding/,
    ],
    [
      'no HTTP at all',
      unfit('INVALID_RESPONSE', 'it begins with "SSH"', 'SSH-2.0'),
      'http_protocol_error',
      502,
      /valid HTTP/,
    ],
    [
      'a TLS handshake on a plain port',
      unfit('INVALID_RESPONSE', 'x', '\x16\x03\x01'),
      'http_protocol_error',
      502,
      /use https:\/\//,
    ],
    [
      'a TLS alert on a plain port',
      unfit('INVALID_RESPONSE', 'x', '\x15\x03\x03'),
      'http_protocol_error',
      502,
      /use https:\/\//,
    ],
    [
      'an error inside of another',
      new Error('fetch failed', { cause: coded('ECONNREFUSED') }),
      'connection_refused',
      502,
      /port 3000/,
    ],
    [
      'an error that nobody knows',
      new TypeError('x is not a function'),
      'proxy_internal_error',
      500,
      /TypeError: x is not/,
    ],
    ['a code that nobody knows', coded('EWHAT', 'odd'), 'proxy_internal_error', 500, /EWHAT: odd/],
    ['no error at all', 'a text', 'proxy_internal_error', 500, /a text/],
    ['nothing', undefined, 'proxy_internal_error', 500, /undefined/],
  ];
  it.each(rows)('reads %s', (_what, error, code, status, said) => {
    const why = upstreamFailure(error, target);
    expect({ code: why.code, status: why.status }).toEqual({ code, status });
    expect(`${why.detail} ${why.hint}`).toMatch(said);
    expect(why.detail).not.toBe('');
  });

  it('names every address of a dual-stack refusal, whose own message is empty', () => {
    const refused = new AggregateError([
      coded('ECONNREFUSED', 'connect ECONNREFUSED ::1:3000'),
      coded('ECONNREFUSED', 'connect ECONNREFUSED 127.0.0.1:3000'),
    ]);
    const { code, detail } = upstreamFailure(Object.assign(refused, { code: 'ECONNREFUSED' }), target);
    expect(code).toBe('connection_refused');
    expect(detail).toContain('::1:3000; connect ECONNREFUSED 127.0.0.1:3000');
  });

  it('speaks of https only where the target says http', () => {
    expect(upstreamFailure(coded('ECONNRESET'), { ...target, scheme: 'https' }).hint).not.toContain(
      'https://',
    );
  });
});

describe('failure', () => {
  it('is a 502 unless its code says otherwise', () => {
    expect(failure('dns_error', 'x')).toEqual({ code: 'dns_error', status: 502, detail: 'x', hint: '' });
    expect(failure('connection_limit_reached', 'x', 'y')).toMatchObject({ status: 503, hint: 'y' });
  });
});
