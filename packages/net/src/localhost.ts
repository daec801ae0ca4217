import { canonicalAddress, inNetwork } from "./address.ts";
import { parseHost } from "./internal/host.ts";

/**
 * Whether browsers treat this host as secure without TLS: localhost, *.localhost (RFC 6761
 * section 6.3), 127.0.0.0/8 and ::1 (W3C Secure Contexts section 3.1).
 *
 * Takes `URL.hostname`, `URL.host` or the value of a Host header.
 */
export function isLocalhost(hostname: string): boolean {
  const host = parseHost(hostname);
  // "::1" without brackets is not a Host header, but it is what a socket calls itself.
  const name = host === null ? hostname : host.name;
  // ::ffff:127.0.0.1 is not on the list above, although it is the same machine.
  if (host === null || name.includes(":")) return canonicalAddress(name) === "::1";
  return /(?:^|\.)localhost\.?$/.test(name) || inNetwork(name, "127.0.0.0/8");
}
