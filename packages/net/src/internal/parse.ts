import ipaddr from "ipaddr.js";

/** A parsed address. Never IPv4-mapped: those come out as the IPv4 address they stand for. */
export type Address = ipaddr.IPv4 | ipaddr.IPv6;

// Longest text of an address: 45 characters ("ffff:…:255.255.255.255"), and a zone of up to 32.
// Whatever is longer is refused before any parsing, so a hostile header costs nothing.
const LONGEST = 45 + 1 + 32;

const OCTET = "(?:0|[1-9][0-9]{0,2})";
const IPV4 = new RegExp(`^${OCTET}(?:\\.${OCTET}){3}$`);
const HEX_AND_COLONS = /^[0-9a-fA-F:]+$/;
// RFC 4007 section 11, with the alphabet of RFC 6874.
const ZONE = /^[0-9A-Za-z._~-]{1,32}$/;

/**
 * Reads an address as it is written, IPv4-mapped IPv6 included. `null`: not an address.
 *
 * ipaddr.js accepts what inet_aton does: "0x7f.1", "2130706433" and "010.0.0.1" (octal in some
 * parsers, decimal in others). It also takes "::127.0.0.1" for 127.0.0.1. An address that two
 * programs read differently gets past an allow-list, so only the unambiguous spellings reach it.
 */
export function parseAsWritten(text: string): Address | null {
  if (!text.includes(":")) {
    return IPV4.test(text) && ipaddr.IPv4.isValid(text) ? ipaddr.IPv4.parse(text) : null;
  }
  const hex = withoutDottedTail(text);
  if (hex === null || !HEX_AND_COLONS.test(hex) || !ipaddr.IPv6.isValid(hex)) return null;
  return ipaddr.IPv6.parse(hex);
}

/**
 * Reads an address into its one canonical form. `null`: not an address.
 *
 * The zone of "fe80::1%eth0" goes: it names an interface of this machine, not the other end
 * (RFC 4007 section 6), and one interface has several names ("%eth0", "%2").
 */
export function parseAddress(text: string): Address | null {
  if (text.length > LONGEST) return null;
  const percent = text.indexOf("%");
  if (percent === -1) return unmapped(parseAsWritten(text));
  // Only IPv6 has zones.
  const bare = text.slice(0, percent);
  if (!bare.includes(":") || !ZONE.test(text.slice(percent + 1))) return null;
  return unmapped(parseAsWritten(bare));
}

/** Whether this is ::ffff:0:0/96, an IPv4 address as an IPv6 socket sees it. */
export function isMapped(address: Address): address is ipaddr.IPv6 {
  return address.kind() === "ipv6" && (address as ipaddr.IPv6).isIPv4MappedAddress();
}

// A dual-stack socket reports an IPv4 client as ::ffff:192.0.2.1 (RFC 4291 section 2.5.5.2).
// Left alone, that would be a second name for the same client.
function unmapped(address: Address | null): Address | null {
  return address !== null && isMapped(address) ? address.toIPv4Address() : address;
}

// "64:ff9b::192.0.2.33" is another way to write "64:ff9b::c000:221" (RFC 4291 section 2.2, 3).
function withoutDottedTail(text: string): string | null {
  if (!text.includes(".")) return text;
  const start = text.lastIndexOf(":") + 1;
  const tail = text.slice(start);
  if (!IPV4.test(tail) || !ipaddr.IPv4.isValid(tail)) return null;
  const [a = 0, b = 0, c = 0, d = 0] = ipaddr.IPv4.parse(tail).octets;
  return `${text.slice(0, start)}${((a << 8) | b).toString(16)}:${((c << 8) | d).toString(16)}`;
}
