import ipaddr from 'ipaddr.js';
import type { GateRequest } from '../gate.ts';

type Network = ReturnType<typeof ipaddr.parseCIDR>;

type Sender = Pick<GateRequest, 'remoteAddress' | 'headers'>;

/**
 * Where a request comes from: the socket's address, or the one that trusted proxies say they speak for, the last that
 * none of them is.
 */
export function createForwardedAddress(
  trustedProxies: readonly string[],
): (sender: Sender) => string | undefined {
  const networks = trustedProxies.map((network) => ipaddr.parseCIDR(network));
  return ({ remoteAddress, headers }) => {
    const forwarded = headers['x-forwarded-for'];
    if (remoteAddress === undefined || networks.length === 0 || forwarded === undefined) return remoteAddress;
    const said = (Array.isArray(forwarded) ? forwarded.join(',') : forwarded).split(',').map((a) => a.trim());
    let address = remoteAddress;
    while (isIn(networks, address)) {
      const before = said.pop();
      if (before === undefined || !ipaddr.isValid(before)) break;
      address = before;
    }
    return address;
  };
}

/** Whose request it is. An IPv6 address stands for its /64, which is what one household or host gets. */
export function createClientAddress(trustedProxies: readonly string[]): (sender: Sender) => string {
  const addressOf = createForwardedAddress(trustedProxies);
  return (sender) => clientOf(addressOf(sender));
}

/** Who is at an address, as far as limits tell one from another. */
export const clientOf = (address: string | undefined): string =>
  address === undefined ? 'unknown' : shortAddress(address);

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
