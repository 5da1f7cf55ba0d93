/** Upstreams that fail for real, each in its own way, without leaving this machine. */

import { createServer } from 'node:net';
import type { Certificate } from '../support/certificates.ts';
import { expectRequest, rawUpstream, respondWith, rst } from '../support/raw-upstream.ts';
import type { CaseUpstream } from './case-shape.ts';

export interface FailingTargets {
  /** `undefined` where nothing is to fail. */
  readonly target: (error: CaseUpstream['error']) => string | undefined;
  readonly close: () => Promise<void>;
}

/** A label of 64 letters is no host name (RFC 1035 §2.3.4): the resolver says so without asking anybody. */
const unresolvable = `${'a'.repeat(64)}.invalid`;

export async function failingTargets(expired: Certificate): Promise<FailingTargets> {
  const silent = await respondWith(() => undefined);
  const resetting = await rawUpstream([expectRequest, rst]);
  const expiring = await respondWith(() => ({ status: 200 }), { tls: expired });
  const closedPort = await freePort();
  return {
    target: (error) => {
      switch (error) {
        case undefined:
          return undefined;
        case 'ENOTFOUND':
          return `http://${unresolvable}`;
        case 'ECONNREFUSED':
          return `http://127.0.0.1:${closedPort}`;
        case 'ECONNRESET':
          return resetting.origin;
        case 'TIMEOUT':
          return silent.origin;
        case 'CERT_HAS_EXPIRED':
          return expiring.origin;
      }
    },
    close: async () => {
      await Promise.all([silent.close(), resetting.close(), expiring.close()]);
    },
  };
}

/** A port on which nobody listens: the kernel gave it a moment ago and does not give it again at once. */
function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      const port = typeof address === 'object' && address !== null ? address.port : 0;
      server.close(() => resolve(port));
    });
  });
}
