import { parseAddress } from "./parse.ts";

/**
 * What a proxy says about who spoke to it.
 *
 * `hidden`: it does not say, in a form made for that. `garbage`: no proxy of ours writes this.
 */
export type Node = { kind: "address"; address: string } | { kind: "hidden" } | { kind: "garbage" };

const HIDDEN: Node = { kind: "hidden" };
const GARBAGE: Node = { kind: "garbage" };

// RFC 7239 section 6: a port is up to five digits, or obfuscated.
const PORT = "(?::(?:[0-9]{1,5}|_[0-9A-Za-z._-]+))?";
const IPV4_NODE = new RegExp(`^([0-9.]+)${PORT}$`);
const IPV6_NODE = new RegExp(`^\\[([^\\]]*:[^\\]]*)\\]${PORT}$`);
// RFC 7239 sections 6.2 and 6.3. "unix:" is what nginx appends for a client on a Unix socket.
const HIDDEN_NODE = new RegExp(`^(?:unknown|_[0-9A-Za-z._-]+)${PORT}$|^unix:$`, "i");
// Nothing that is meant is longer: an IPv6 address with brackets, a zone and a port.
const LONGEST = 96;

/** `bareIpv6`: X-Forwarded-For has no grammar, and most proxies write IPv6 without brackets. */
export function parseNode(text: string, { bareIpv6 }: { bareIpv6: boolean }): Node {
  if (text.length > LONGEST) return GARBAGE;
  if (HIDDEN_NODE.test(text)) return HIDDEN;
  const host = (IPV4_NODE.exec(text) ?? IPV6_NODE.exec(text))?.[1];
  const address = parseAddress(host ?? (bareIpv6 ? text : ""));
  return address === null ? GARBAGE : { kind: "address", address: address.toString() };
}
