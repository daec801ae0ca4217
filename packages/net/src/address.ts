import { contains, parseNetwork, truncate, widthOf } from "./internal/network.ts";
import { parseAddress } from "./internal/parse.ts";

/** How many leading bits of an address make its network. */
export interface NetworkPrefixes {
  readonly ipv4: number;
  readonly ipv6: number;
}

// IPv4: /24 is the longest prefix that networks commonly announce to each other. IPv6: RIPE-690
// section 4.2 has providers give a home a /56 or more, and it picks addresses from all of it.
const DEFAULT_PREFIXES: NetworkPrefixes = { ipv4: 24, ipv6: 56 };

/**
 * The one spelling of an address: IPv4 for IPv4-mapped IPv6, RFC 5952 for the rest of IPv6, no
 * zone. Compare, hash and store only this.
 *
 * `null`: not an address. That includes ports, blanks, "010.0.0.1" and "127.1".
 */
export function canonicalAddress(text: string): string | null {
  return parseAddress(text)?.toString() ?? null;
}

/**
 * The network an address is in: `networkOf("203.0.113.7")` is `"203.0.113.0/24"`.
 *
 * `null`: not an address. Throws a `TypeError` on prefixes out of range.
 */
export function networkOf(
  address: string,
  prefixes: NetworkPrefixes = DEFAULT_PREFIXES,
): string | null {
  checkPrefix("ipv4", prefixes.ipv4, 32);
  checkPrefix("ipv6", prefixes.ipv6, 128);
  const parsed = parseAddress(address);
  if (parsed === null) return null;
  const bits = widthOf(parsed) === 32 ? prefixes.ipv4 : prefixes.ipv6;
  return `${truncate(parsed, bits)}/${bits}`;
}

/**
 * Whether an address is in a network ("10.0.0.0/8"), or is the one address named.
 *
 * Something that is not an address is in no network. Throws a `TypeError` if `cidr` is not one.
 */
export function inNetwork(address: string, cidr: string): boolean {
  const network = parseNetwork(cidr);
  const parsed = parseAddress(address);
  return parsed !== null && contains(network, parsed);
}

function checkPrefix(family: "ipv4" | "ipv6", bits: number, longest: number): void {
  if (Number.isInteger(bits) && bits >= 0 && bits <= longest) return;
  throw new TypeError(
    `The ${family} prefix is ${bits}. It is a number of bits from 0 to ${longest}, as in { ipv4: 24, ipv6: 56 }.`,
  );
}
