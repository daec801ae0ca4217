import { canonicalAddress, networkOf } from "./address.ts";
import { type Element, parseElement } from "./internal/forwarded.ts";
import { formatHost, parseHost } from "./internal/host.ts";
import { lastEntries, unquotedComma } from "./internal/list.ts";
import { type Node, parseNode } from "./internal/node.ts";
import { MAX_HOPS, type Trust } from "./trust.ts";

/** What a server knows of a request by itself. */
export interface Connection {
  /** The other end of the socket. Nothing on a Unix socket. */
  readonly remoteAddress: string | null | undefined;
  /** Whether this socket speaks TLS. */
  readonly encrypted: boolean;
  /**
   * A request header by its lower-case name. Several fields of one name come joined with ", ", in
   * order (RFC 9110 section 5.3), as `Headers.get` does.
   */
  header(name: string): string | null | undefined;
}

/** Who is at the other end, as far as can be believed. */
export interface Client {
  /** Canonical. `null`: not known. */
  readonly address: string | null;
  /** Whether the client spoke TLS, to this server or to the outermost trusted proxy. */
  readonly secure: boolean;
  /** Name and port as the client asked for them, in lower case. `null`: missing or malformed. */
  readonly host: string | null;
  /** The network that the address is in, cut to so many bits: "192.0.2.0/24". `null`: not known. */
  network(ipv4: number, ipv6: number): string | null;
  /** This server's origin as the client sees it: "https://app.example". `null`: not known. */
  origin(): string | null;
}

/**
 * Who sent a request: this server's own view, and what trusted proxies say. Never throws.
 *
 * The walk starts at the socket and goes outwards, one hop for each entry of the header from the
 * right, as long as the sender is trusted. The first one that is not is the client. Whatever stands
 * further left was written by the client and is not read.
 *
 * An address is `null`, not that of the last trusted proxy, if a proxy does not say it or says
 * something that is no address: proxies are often on allow-lists, and a client must not pass for
 * one by being unknown.
 */
export function clientOf(connection: Connection, trust: Trust): Client {
  const peer = peerOf(connection.remoteAddress ?? "");
  if (!trust.trusts(peer, 0)) return describe(peer, connection, null, null);
  return trust.header === "forwarded"
    ? fromForwarded(peer, connection, trust)
    : fromXForwarded(peer, connection, trust);
}

let latest: { readonly text: string; readonly peer: string | null } = { text: "", peer: null };

/** Behind a proxy, and on one connection, it is the one of the request before. */
function peerOf(text: string): string | null {
  if (text !== latest.text) latest = { text, peer: canonicalAddress(text) };
  return latest.peer;
}

// X-Forwarded-For, -Proto and -Host are three lists that need not be of the same length: some
// proxies append, most overwrite. The value is the one that the outermost trusted proxy added if
// all append; if fewer values are left than there are trusted proxies, all of them are theirs, and
// the leftmost is the outermost proxy's.
function fromXForwarded(peer: string | null, connection: Connection, trust: Trust): Client {
  const nodes = listOf(connection, "x-forwarded-for", MAX_HOPS).map(parseXForwardedFor);
  const { address, hops } = walk(peer, nodes, trust);
  const proto = listOf(connection, "x-forwarded-proto", hops).at(-1) ?? null;
  const host = trust.host ? (listOf(connection, "x-forwarded-host", hops).at(-1) ?? null) : null;
  return describe(address, connection, proto, host);
}

// In Forwarded a proxy adds one element with all it knows, so there is nothing to align.
function fromForwarded(peer: string | null, connection: Connection, trust: Trust): Client {
  const elements = listOf(connection, "forwarded", MAX_HOPS, unquotedComma).map(parseElement);
  const { address, hops } = walk(
    peer,
    elements.map((element) => element.node),
    trust,
  );
  const outermost: Element | undefined = elements[Math.min(hops, elements.length) - 1];
  return describe(address, connection, outermost?.proto ?? null, outermost?.host ?? null);
}

/** `hops`: how many of those on the way, from the socket outwards, are trusted. At least one. */
function walk(
  peer: string | null,
  nodes: readonly Node[],
  trust: Trust,
): { address: string | null; hops: number } {
  let address = peer;
  let hops = 1;
  for (const node of nodes) {
    if (node.kind === "garbage") return { address: null, hops };
    // A hidden proxy can be trusted for its position, never for its address.
    address = node.kind === "address" ? node.address : null;
    if (!trust.trusts(address, hops)) return { address, hops };
    hops++;
  }
  // All of them are trusted: the outermost made the request itself (a health check, a cron job).
  return { address, hops };
}

function describe(
  address: string | null,
  connection: Connection,
  proto: string | null,
  forwardedHost: string | null,
): Client {
  const host = parseHost(forwardedHost ?? connection.header("host") ?? "");
  const secure = proto === null ? connection.encrypted : /^(?:https|wss)$/i.test(proto);
  return new Described(address, secure, host === null ? null : formatHost(host));
}

/** A class, so that what few requests ask for is not made anew for each. */
class Described implements Client {
  readonly address: string | null;
  readonly secure: boolean;
  readonly host: string | null;

  constructor(address: string | null, secure: boolean, host: string | null) {
    this.address = address;
    this.secure = secure;
    this.host = host;
  }

  network(ipv4: number, ipv6: number): string | null {
    return this.address === null ? null : networkOf(this.address, { ipv4, ipv6 });
  }

  origin(): string | null {
    if (this.host === null) return null;
    const url = `${this.secure ? "https" : "http"}://${this.host}`;
    // Leaves out the scheme's own port, as browsers do.
    return URL.canParse(url) ? new URL(url).origin : null;
  }
}

function listOf(
  connection: Connection,
  name: string,
  limit: number,
  commaBefore?: (value: string, end: number) => number,
): string[] {
  const value = connection.header(name);
  return value ? lastEntries(value, limit, commaBefore) : [];
}

function parseXForwardedFor(entry: string): Node {
  return parseNode(entry, { bareIpv6: true });
}
