/** Who is at the other end of a request, as the adapter tells. */
export interface Client {
  /**
   * The address: the peer's, or behind a trusted proxy the one that it reports; canonical, as the
   * adapters here give it.
   */
  readonly address: string | null;
  readonly userAgent: string | null;
  /**
   * The network that the address is in, cut to so many bits: "192.0.2.0/24". Null: none is known.
   * Adapters give it; without it nothing can be cut or bound to.
   */
  network?(ipv4: number, ipv6: number): string | null;
}

/** A client as it is kept in the store and told in events. */
export interface KeptClient {
  /** By the option `client.address`: the network, the address, a keyed hash of it, or null. */
  readonly address: string | null;
  /** At most 256 characters, none of them a control character. */
  readonly userAgent: string | null;
}

/** What is kept of the clients of signed-in sessions, and told in events. */
export interface ClientOptions {
  /**
   * Addresses are personal data. `truncated` (default): the network, /24 or /56. `hashed`: the same
   * for one address, and nothing else is told. `whole`, or `none`.
   */
  readonly address?: "truncated" | "whole" | "hashed" | "none";
}

export const LONGEST_USER_AGENT = 256;

// C0, DEL, C1, what breaks a line or turns a text round (Unicode TR36, "Trojan Source"), and halves of
// characters. By the flag `u` a whole one of two halves is none of these.
const NOT_FOR_LOGS =
  // oxlint-disable-next-line no-control-regex
  /[\u0000-\u001f\u007f-\u009f\u061c\u2028\u2029\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff]/gu;

/** A text of a stranger, cut, and without what could forge a line of a log (CWE-117). */
export function plainText(text: string, longest: number = LONGEST_USER_AGENT): string {
  return text.slice(0, longest).replace(NOT_FOR_LOGS, "?");
}
