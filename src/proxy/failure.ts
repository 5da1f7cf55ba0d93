/** error → status, code, sentence: one table. What the client, TLS and the system report becomes a value here. */

import type { Failure } from '../exchange.ts';
import type { ErrorCode } from '../http/error-code.ts';
import type { Target } from '../ruleset.ts';

const statuses: Readonly<Partial<Record<ErrorCode, number>>> = {
  dns_timeout: 504,
  connection_timeout: 504,
  connection_read_timeout: 504,
  http_response_timeout: 504,
  connection_limit_reached: 503,
  proxy_internal_error: 500,
};

export function failure(code: ErrorCode, detail: string, hint = ''): Failure {
  return { code, status: statuses[code] ?? 502, detail, hint };
}

/** What went wrong with a request to `target`. Total: an error that nobody knows is a bug of ours, and says so. */
export function upstreamFailure(error: unknown, target: Target): Failure {
  const cause = rootOf(error);
  const known = speaksTls(cause, target) ?? byCode(cause.code, cause.message, target);
  return (
    known ??
    failure('proxy_internal_error', `Unexpected failure: ${cause.code || cause.name}: ${cause.message}`)
  );
}

interface Cause {
  readonly name: string;
  readonly code: string;
  readonly message: string;
  /** Where a parser stopped. */
  readonly data: string;
}

/** The innermost error with a code; both addresses of a dual-stack refusal in one message, for Node leaves it empty. */
function rootOf(error: unknown): Cause {
  if (!(error instanceof Error)) return { name: 'Error', code: '', message: String(error), data: '' };
  const { cause } = error;
  if (cause instanceof Error && codeOf(error) === '') return rootOf(cause);
  if (error instanceof AggregateError) {
    const messages = error.errors.map((inner) => (inner instanceof Error ? inner.message : String(inner)));
    return { name: error.name, code: codeOf(error), message: messages.join('; '), data: '' };
  }
  return { name: error.name, code: codeOf(error), message: error.message, data: dataOf(error) };
}

function codeOf(error: Error): string {
  const code = 'code' in error ? error.code : '';
  return typeof code === 'string' ? code : '';
}

function dataOf(error: Error): string {
  const data = 'data' in error ? error.data : '';
  return typeof data === 'string' ? data : '';
}

function byCode(code: string, message: string, target: Target): Failure | undefined {
  switch (code) {
    case 'ENOTFOUND':
      return failure(
        'dns_error',
        `The name ${target.hostname} does not resolve`,
        'check the host in "target"',
      );
    case 'EAI_AGAIN':
      return failure('dns_error', `The name ${target.hostname} cannot be resolved now`, 'are you offline?');
    case 'PROXY_REFUSED':
      return failure(
        'destination_unavailable',
        `Cannot reach ${target.origin}: ${message}`,
        'name the host in NO_PROXY, or set "forwardProxy" of the route',
      );
    case 'DNS_TIMEOUT':
      return failure('dns_timeout', message, `are you offline, or behind a company proxy? ${slowToConnect}`);
    case 'IP_PROHIBITED':
      return failure(
        'destination_ip_prohibited',
        message,
        'name the address itself in "target" if you mean it',
      );
    case 'ECONNREFUSED':
      return failure('connection_refused', `Cannot reach ${target.origin}: ${message}`, startServer(target));
    case 'ETIMEDOUT':
      return failure(
        'connection_timeout',
        `Cannot connect to ${target.origin} in time`,
        `is it up, and reachable from here without a company proxy? ${slowToConnect}`,
      );
    case 'EHOSTUNREACH':
    case 'ENETUNREACH':
    case 'ENETDOWN':
    case 'EHOSTDOWN':
      return failure(
        'destination_ip_unroutable',
        `No way to ${target.origin}: ${message}`,
        'check the network',
      );
    case 'EMFILE':
    case 'ENFILE':
    case 'EADDRNOTAVAIL':
      return failure(
        'connection_limit_reached',
        `No further connection to ${target.origin} can be opened: ${message}`,
        'the system is out of file handles or ports; lower limits.connections, or raise ulimit -n',
      );
    case 'ENOENT':
    case 'EACCES':
      return failure('destination_unavailable', `Cannot reach ${target.origin}: ${message}`);
    default:
      return byTls(code, message, target) ?? byProtocol(code, message, target);
  }
}

function startServer(target: Target): string {
  return `start the server on port ${target.port}, or change "target"`;
}

const certificateCodes: ReadonlySet<string> = new Set([
  'CERT_HAS_EXPIRED',
  'CERT_NOT_YET_VALID',
  'CERT_REVOKED',
  'CERT_UNTRUSTED',
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'ERR_TLS_CERT_ALTNAME_INVALID',
  'HOSTNAME_MISMATCH',
  'INVALID_CA',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'UNABLE_TO_GET_ISSUER_CERT',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
]);

function byTls(code: string, message: string, target: Target): Failure | undefined {
  if (certificateCodes.has(code)) {
    const detail = `The certificate of ${target.origin} is not trusted: ${message} (${code})`;
    return failure('tls_certificate_error', detail, certificateHint(code));
  }
  if (code === 'ERR_SSL_WRONG_VERSION_NUMBER' || code === 'EPROTO' || code.startsWith('ERR_SSL_PACKET')) {
    const detail = `${target.origin} does not speak TLS on port ${target.port}`;
    return failure('tls_protocol_error', detail, `it may speak plain HTTP: use http:// in "target"`);
  }
  if (code.startsWith('ERR_SSL_') || code.startsWith('ERR_TLS_')) {
    return failure('tls_alert_received', `The TLS handshake with ${target.origin} failed: ${message}`);
  }
  return undefined;
}

function certificateHint(code: string): string {
  if (code === 'ERR_TLS_CERT_ALTNAME_INVALID' || code === 'HOSTNAME_MISMATCH') {
    return 'the certificate is for another name: check the host in "target"';
  }
  if (code === 'CERT_HAS_EXPIRED' || code === 'CERT_NOT_YET_VALID')
    return 'renew it, and check the clock here';
  return 'give the file of its authority in tls.ca; as a last resort set tls.verify to false';
}

function byProtocol(code: string, message: string, target: Target): Failure | undefined {
  switch (code) {
    case 'ECONNRESET':
    case 'EPIPE':
    case 'ECONNABORTED':
    case 'CONNECTION_ENDED':
      return terminated(target);
    // What begins with HPE is said by Node's parser, of a WebSocket's handshake.
    case 'HPE_HEADER_OVERFLOW':
    case 'RESPONSE_HEAD_TOO_LARGE':
      return failure(
        'http_response_header_section_size',
        `The response head of ${target.origin} is larger than this proxy accepts (256 KiB)`,
        'the API sends too many or too large headers, cookies most likely',
      );
    case 'HPE_INVALID_TRANSFER_ENCODING':
      return failure('http_response_transfer_coding', `${target.origin} uses an unknown Transfer-Encoding`);
    case 'UNKNOWN_TRANSFER_CODING':
      return failure('http_response_transfer_coding', `${target.origin} uses ${message}`);
    case 'UNASKED_UPGRADE':
      return failure('http_upgrade_failed', `${target.origin} answered ${message}`);
    default:
      return code === 'INVALID_RESPONSE' || code.startsWith('HPE_') ? notHttp(message, target) : undefined;
  }
}

const slowToConnect = 'timeouts.connect sets how long to wait';

function terminated(target: Target): Failure {
  return failure(
    'connection_terminated',
    `${target.origin} closed the connection before it answered`,
    `look at the API's own log: it may have crashed on this request${orTls(target)}`,
  );
}

/** Most TLS servers hang up on plain HTTP without a word. */
function orTls({ scheme }: Target): string {
  return scheme === 'http' ? '; or the port speaks TLS, then use https:// in "target"' : '';
}

function notHttp(message: string, target: Target): Failure {
  return failure('http_protocol_error', `${target.origin} did not answer in valid HTTP: ${message}`);
}

/** TLS records begin with 0x15 (alert) or 0x16 (handshake): the port speaks TLS, the target says http. */
function speaksTls({ data }: Cause, target: Target): Failure | undefined {
  if (data.charCodeAt(0) !== 0x15 && data.charCodeAt(0) !== 0x16) return undefined;
  const detail = `${target.origin} answered with TLS`;
  return failure('http_protocol_error', detail, 'the port speaks TLS: use https:// in "target"');
}
