import { parseAddress } from "./parse.ts";

export interface Host {
  /** Lower case, without brackets. */
  readonly name: string;
  /** ":3000", or "". */
  readonly port: string;
}

// RFC 9110 section 7.2: uri-host [ ":" port ]. RFC 3986 allows more characters in a name than any
// host on the web has; those are the ones that turn "https://" + host into a URL of someone else.
const NAMED = /^([a-z0-9_](?:[a-z0-9._-]*[a-z0-9_])?\.?)(:[0-9]{1,5})?$/;
const BRACKETED = /^\[([0-9a-f:.]+)\](:[0-9]{1,5})?$/;
// 253 for a name (RFC 1035 section 2.3.4), a final dot, and a port.
const LONGEST = 253 + 1 + 6;

/** `null`: not the value of a Host header. */
export function parseHost(text: string): Host | null {
  if (text.length > LONGEST) return null;
  const lower = text.toLowerCase();
  const [, name, port = ""] = NAMED.exec(lower) ?? [];
  if (name !== undefined) return { name, port };
  const [, inner, innerPort = ""] = BRACKETED.exec(lower) ?? [];
  if (inner === undefined || !inner.includes(":") || parseAddress(inner) === null) return null;
  return { name: inner, port: innerPort };
}

export function formatHost({ name, port }: Host): string {
  return name.includes(":") ? `[${name}]${port}` : `${name}${port}`;
}
