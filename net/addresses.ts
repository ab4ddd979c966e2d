import ipaddr from 'ipaddr.js';
import { RelevoError } from '../contracts/errors.ts';

type Address = ipaddr.IPv4 | ipaddr.IPv6;
type Network = [Address, number];

/** Which addresses beside the public ones may be called. */
export interface Reach {
  /** Private, loopback and carrier-grade addresses too; those of metadata services and link-local ones never. */
  allowPrivate?: boolean;
  /** Networks in CIDR form that may be called whatever they are, such as `10.20.0.0/16`. */
  networks?: readonly string[];
}

/** Ranges by ipaddr.js that belong to somebody's own network. */
const privateRanges = new Set(['private', 'loopback', 'uniqueLocal', 'carrierGradeNat']);

/** Instance metadata of clouds that lies in a private or public range; that of most, 169.254.169.254, is link-local. */
const metadataAddresses = new Set(['fd00:ec2::254', 'fd20:ce::254', '100.100.100.200', '168.63.129.16']);

/** @throws RelevoError ENVIRONMENT_INVALID where it is no network in CIDR form. */
function networkOf(text: string): Network {
  try {
    return ipaddr.parseCIDR(text);
  } catch (cause) {
    throw new RelevoError(
      'ENVIRONMENT_INVALID',
      `"${text}" is no network.`,
      { field: 'RELEVO_ALLOWED_NETWORKS', value: text, expected: 'networks such as 10.20.0.0/16,fd12::/16' },
      { cause },
    );
  }
}

const holds = (network: Network, address: Address): boolean =>
  network[0].kind() === address.kind() && address.match(network);

/** An IPv4 address in the coat of an IPv6 one counts as what it is. */
function unwrapped(text: string): Address {
  const address = ipaddr.parse(text);
  return address instanceof ipaddr.IPv6 && address.isIPv4MappedAddress() ? address.toIPv4Address() : address;
}

/**
 * Whether an address may be called. Public unicast addresses may; tunnels (6to4, Teredo, NAT64), link-local, multicast,
 * reserved and unspecified ones never, whatever they carry.
 * @param text an IPv4 or IPv6 address.
 */
export function mayCall(text: string, { allowPrivate = false, networks = [] }: Reach): boolean {
  if (!ipaddr.isValid(text)) return false;
  const address = unwrapped(text);
  if (networks.some((network) => holds(networkOf(network), address))) return true;
  if (metadataAddresses.has(address.toString())) return false;
  const range = address.range();
  return range === 'unicast' || (allowPrivate && privateRanges.has(range));
}
