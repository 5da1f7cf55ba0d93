/** DNS with a deadline and a guard: Node's lookup has neither a timer nor a view on where a name leads. */

import type { LookupAddress } from 'node:dns';
import { BlockList, isIP, type LookupFunction } from 'node:net';

/**
 * `lookup` for one host name. Fails with `DNS_TIMEOUT` after `timeoutMs` (0 = never), and with `IP_PROHIBITED` where a
 * name leads to a metadata address, which hands out the credentials of cloud machines. An address that stands in the
 * config itself never passes here.
 */
export function guardedLookup(lookup: LookupFunction, hostname: string, timeoutMs: number): LookupFunction {
  return (name, options, callback) => {
    let isOver = false;
    // Unref: whoever has asked may have given up meanwhile, and nobody tells a lookup.
    const timer =
      timeoutMs === 0
        ? undefined
        : setTimeout(() => finish(dnsTimeout(hostname, timeoutMs), []), timeoutMs).unref();
    const finish: typeof callback = (error, address, family) => {
      if (isOver) return;
      isOver = true;
      clearTimeout(timer);
      // With an error Node gives no address at all, whatever the type says.
      const prohibited = error === null ? addressAmong(address, isMetadataAddress) : undefined;
      if (prohibited === undefined) callback(error, address, family);
      else callback(ipProhibited(hostname, prohibited), []);
    };
    lookup(name, options, finish);
  };
}

function addressAmong(
  address: string | LookupAddress[],
  isProhibited: (address: string) => boolean,
): string | undefined {
  const addresses = typeof address === 'string' ? [address] : address.map((entry) => entry.address);
  return addresses.find(isProhibited);
}

/**
 * `lookup` for a redirect that an upstream chose: fails with `IP_PROHIBITED` where the name leads to this machine or a
 * private network. An upstream must not reach through us what it cannot reach itself.
 */
export function publicLookup(lookup: LookupFunction): LookupFunction {
  return (name, options, callback) => {
    lookup(name, options, (error, address, family) => {
      const prohibited = error === null ? addressAmong(address, isPrivateAddress) : undefined;
      if (prohibited === undefined) callback(error, address, family);
      else callback(ipProhibited(name, prohibited), []);
    });
  };
}

const privateRanges = new BlockList();
for (const [network, prefix] of [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.168.0.0', 16],
] as const) {
  privateRanges.addSubnet(network, prefix, 'ipv4');
  privateRanges.addSubnet(`::ffff:${network}`, prefix + 96, 'ipv6');
}
for (const [network, prefix] of [
  ['::', 127],
  ['fc00::', 7],
  ['fe80::', 10],
] as const) {
  privateRanges.addSubnet(network, prefix, 'ipv6');
}

/** Loopback, link-local and private addresses (IANA special-purpose registries). `host` may be a name: then `false`. */
export function isPrivateAddress(host: string): boolean {
  return isAmong(privateRanges, host.replace(/^\[(.*)\]$/, '$1'));
}

const metadataRanges = new BlockList();
metadataRanges.addSubnet('169.254.0.0', 16, 'ipv4');
metadataRanges.addSubnet('::ffff:169.254.0.0', 112, 'ipv6');
metadataRanges.addAddress('fd00:ec2::254', 'ipv6');

/** 169.254.0.0/16 (RFC 3927), in IPv6 clothes too, and AWS's IPv6 metadata address. */
export function isMetadataAddress(address: string): boolean {
  return isAmong(metadataRanges, address);
}

/** A zone (`fe80::1%eth0`) says by which interface, not where. */
function isAmong(ranges: BlockList, text: string): boolean {
  const address = text.split('%', 1)[0] ?? '';
  const family = isIP(address);
  return family !== 0 && ranges.check(address, family === 6 ? 'ipv6' : 'ipv4');
}

function dnsTimeout(hostname: string, timeoutMs: number): NodeJS.ErrnoException {
  const error = new Error(`The name ${hostname} was not resolved within ${timeoutMs} ms`);
  return Object.assign(error, { code: 'DNS_TIMEOUT' });
}

function ipProhibited(hostname: string, address: string): NodeJS.ErrnoException {
  const error = new Error(
    `The name ${hostname} leads to ${address}, an address that hands out what is not for this request`,
  );
  return Object.assign(error, { code: 'IP_PROHIBITED' });
}
