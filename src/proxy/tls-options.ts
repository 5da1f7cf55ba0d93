/** How TLS is spoken with an upstream, whatever the connection is for. */

import { isIP } from 'node:net';
import type { ConnectionOptions } from 'node:tls';
import type { Route } from '../ruleset.ts';

export function tlsOptions(hostname: string, { verify, ca, cert, key }: Route['tls']): ConnectionOptions {
  return {
    rejectUnauthorized: verify,
    // RFC 6066 §3: an address is no server name. The Host field may be anything, so it says nothing about it.
    servername: isIP(hostname) === 0 ? hostname : '',
    // `h2` would be answered in what nobody here speaks.
    ALPNProtocols: ['http/1.1'],
    ...(ca === undefined ? {} : { ca }),
    ...(cert === undefined ? {} : { cert }),
    ...(key === undefined ? {} : { key }),
  };
}
