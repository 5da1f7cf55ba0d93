/** DNS with a deadline and a guard: Node's lookup has neither a timer nor a view on where a name leads. */

import type { LookupAddress } from 'node:dns';
import { isIP, type LookupFunction } from 'node:net';

/**
 * `lookup` for one host name. Fails with `DNS_TIMEOUT` after `timeoutMs` (0 = never), and with `IP_PROHIBITED` where a
 * name leads to a metadata address, which hands out the credentials of cloud machines. An address that stands in the
 * config itself never passes here.
 */
export function guardedLookup(lookup: LookupFunction, hostname: string, timeoutMs: number): LookupFunction {
  return (name, options, callback) => {
    let isOver = false;
    const timer =
      timeoutMs === 0 ? undefined : setTimeout(() => finish(dnsTimeout(hostname, timeoutMs), []), timeoutMs);
    const finish: typeof callback = (error, address, family) => {
      if (isOver) return;
      isOver = true;
      clearTimeout(timer);
      const prohibited = error === null ? prohibitedAmong(address) : undefined;
      if (prohibited === undefined) callback(error, address, family);
      else callback(ipProhibited(hostname, prohibited), []);
    };
    lookup(name, options, finish);
  };
}

function prohibitedAmong(address: string | LookupAddress[]): string | undefined {
  const addresses = typeof address === 'string' ? [address] : address.map((entry) => entry.address);
  return addresses.find(isMetadataAddress);
}

/** 169.254.0.0/16 (RFC 3927) and AWS's IPv6 metadata address. */
export function isMetadataAddress(address: string): boolean {
  if (isIP(address) === 0) return false;
  const mapped = address.toLowerCase().replace(/^::ffff:/, '');
  return mapped.startsWith('169.254.') || mapped === 'fd00:ec2::254';
}

function dnsTimeout(hostname: string, timeoutMs: number): NodeJS.ErrnoException {
  const error = new Error(`The name ${hostname} was not resolved within ${timeoutMs} ms`);
  return Object.assign(error, { code: 'DNS_TIMEOUT' });
}

function ipProhibited(hostname: string, address: string): NodeJS.ErrnoException {
  const error = new Error(`The name ${hostname} leads to the metadata address ${address}`);
  return Object.assign(error, { code: 'IP_PROHIBITED' });
}
