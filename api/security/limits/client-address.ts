import ipaddr from 'ipaddr.js';
import type { GateRequest } from '../gate.ts';

type Network = ReturnType<typeof ipaddr.parseCIDR>;

/**
 * Whose request it is: the socket's address, or the one that trusted proxies say they speak for, the last that none of
 * them is. An IPv6 address stands for its /64, which is what one household or host gets.
 */
export function createClientAddress(trustedProxies: readonly string[]): (request: GateRequest) => string {
  const networks = trustedProxies.map((network) => ipaddr.parseCIDR(network));
  return ({ remoteAddress, headers }) => {
    if (remoteAddress === undefined) return 'unknown';
    const forwarded = headers['x-forwarded-for'];
    if (networks.length === 0 || forwarded === undefined) return shortAddress(remoteAddress);
    const said = (Array.isArray(forwarded) ? forwarded.join(',') : forwarded).split(',').map((a) => a.trim());
    let address = remoteAddress;
    while (isIn(networks, address)) {
      const before = said.pop();
      if (before === undefined || !ipaddr.isValid(before)) break;
      address = before;
    }
    return shortAddress(address);
  };
}

function isIn(networks: readonly Network[], address: string): boolean {
  if (!ipaddr.isValid(address)) return false;
  const parsed = ipaddr.process(address);
  return networks.some(([network, bits]) => network.kind() === parsed.kind() && parsed.match(network, bits));
}

const ipv6NetworkGroups = 4;

function shortAddress(address: string): string {
  if (!address.includes(':')) return address;
  if (!ipaddr.isValid(address)) return 'unknown';
  const parsed = ipaddr.process(address);
  if (parsed instanceof ipaddr.IPv4) return parsed.toString();
  return `${parsed.parts
    .slice(0, ipv6NetworkGroups)
    .map((part) => part.toString(16))
    .join(':')}::/64`;
}
