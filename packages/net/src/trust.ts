import { contains, type Network, parseNetwork } from "./internal/network.ts";
import { parseAddress } from "./internal/parse.ts";

/**
 * Which proxies stand in front of the server.
 *
 * - `false`: none. Forwarding headers are ignored.
 * - a number: how many, whatever their addresses. True only if every request passes all of them.
 * - a list: their addresses and networks, and the names `"loopback"`, `"linklocal"`, `"private"`.
 * - an object: both at once, which is the strictest, and which headers they write.
 */
export type TrustProxy = false | number | readonly string[] | TrustProxyOptions;

/** At least one of `hops` and `proxies`. With both, a proxy has to satisfy both. */
export type TrustProxyOptions = TrustedHops & TrustedHeaders;

type TrustedHops =
  | { readonly hops: number; readonly proxies?: readonly string[] }
  | { readonly hops?: number; readonly proxies: readonly string[] };

type TrustedHeaders =
  | {
      /** X-Forwarded-For and X-Forwarded-Proto. The default. */
      readonly header?: "x-forwarded-for";
      /** Believe X-Forwarded-Host too. Only if your proxy sets it: most pass on the client's. */
      readonly host?: boolean;
    }
  | {
      /** RFC 7239. Carries the host as well. */
      readonly header: "forwarded";
      readonly host?: never;
    };

/** A `trustProxy` option that has been checked. Made by `createTrust`, used by `clientOf`. */
export interface Trust {
  /** The one family of headers that is believed. */
  readonly header: "x-forwarded-for" | "forwarded";
  /** Whether X-Forwarded-Host is believed. */
  readonly host: boolean;
  /**
   * Whether to believe what the sender at this address says. `hop`: how many proxies lie between
   * it and this server. `null`: the address is not known, as on a Unix socket.
   */
  trusts(address: string | null, hop: number): boolean;
}

/** More proxies than any deployment has. The walk through a header ends here. */
export const MAX_HOPS = 32;

// The names of Express (proxy-addr), and the same networks.
const NAMES: ReadonlyMap<string, readonly string[]> = new Map([
  ["loopback", ["127.0.0.0/8", "::1"]],
  // RFC 3927, RFC 4291 section 2.5.6.
  ["linklocal", ["169.254.0.0/16", "fe80::/10"]],
  // RFC 1918, RFC 4193. Not 100.64.0.0/10 (RFC 6598): carriers share it among customers.
  ["private", ["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "fc00::/7"]],
]);

const OPTIONS = new Set(["hops", "proxies", "header", "host"]);

const NOBODY: Trust = { header: "x-forwarded-for", host: false, trusts: () => false };

/** Checks a `trustProxy` option. Throws a `TypeError` that says what to write instead. */
export function createTrust(option: TrustProxy = false): Trust {
  // Typed, but it often comes from an environment variable or a file.
  const value: unknown = option;
  if (value === false) return NOBODY;
  if (typeof value === "number") return compile({ hops: value });
  if (Array.isArray(value)) return compile({ proxies: value });
  if (typeof value === "object" && value !== null) return compile(value);
  if (value === true) {
    throw new TypeError(
      'trustProxy: true would let anyone forge an address by sending X-Forwarded-For. Write how many proxies are in front (1), or their addresses (["10.0.0.0/8"]).',
    );
  }
  throw new TypeError(
    `trustProxy is ${describe(value)}. Write false, a number of proxies (1), or a list of their addresses (["loopback", "10.0.0.0/8"]).`,
  );
}

function compile(options: { [name in keyof TrustProxyOptions]?: unknown }): Trust {
  for (const name of Object.keys(options)) {
    if (OPTIONS.has(name)) continue;
    throw new TypeError(
      `trustProxy has no option ${describe(name)}. It has hops, proxies, header and host.`,
    );
  }
  const header = checkHeader(options.header);
  const host = checkHost(options.host, header);
  if (options.hops === undefined && options.proxies === undefined) {
    throw new TypeError(
      'trustProxy says neither how many proxies there are nor where. Write { hops: 1 }, { proxies: ["10.0.0.0/8"] } or both.',
    );
  }
  const hops = options.hops === undefined ? MAX_HOPS : checkHops(options.hops);
  const networks = options.proxies === undefined ? null : checkProxies(options.proxies);
  function trusts(address: string | null, hop: number): boolean {
    if (hop >= hops) return false;
    if (networks === null) return true;
    const parsed = address === null ? null : parseAddress(address);
    return parsed !== null && networks.some((network) => contains(network, parsed));
  }
  return { header, host, trusts };
}

function checkHops(hops: unknown): number {
  if (typeof hops === "number" && Number.isInteger(hops) && hops >= 0 && hops <= MAX_HOPS) {
    return hops;
  }
  throw new TypeError(
    `trustProxy names ${describe(hops)} hops. Write how many proxies a request passes on its way here: 0 for none, 1 for one, at most ${MAX_HOPS}.`,
  );
}

function checkProxies(proxies: unknown): Network[] {
  if (!Array.isArray(proxies)) {
    throw new TypeError(
      `trustProxy's proxies are ${describe(proxies)}. Write a list, like ["loopback", "10.0.0.0/8"].`,
    );
  }
  if (proxies.length === 0) {
    throw new TypeError("trustProxy is an empty list. To trust no proxy, write false.");
  }
  return proxies.flatMap((proxy: unknown) => checkProxy(proxy));
}

function checkProxy(proxy: unknown): Network[] {
  if (typeof proxy !== "string") {
    throw new TypeError(
      `trustProxy lists ${describe(proxy)}. Write addresses as strings, like "10.0.0.0/8".`,
    );
  }
  const named = NAMES.get(proxy);
  if (named !== undefined) return named.map(parseNetwork);
  // What looks like a word is a name that was meant to be one of ours.
  if (/^[a-z-]+$/i.test(proxy)) {
    throw new TypeError(
      `trustProxy knows no ${describe(proxy)}. The names are ${[...NAMES.keys()].join(", ")}; anything else is an address or a network.`,
    );
  }
  const network = parseNetwork(proxy);
  if (network.bits === 0) {
    throw new TypeError(
      `trustProxy: ${describe(proxy)} is every address there is, which lets anyone forge one. Write how many proxies are in front (1), or their networks.`,
    );
  }
  return [network];
}

function checkHeader(header: unknown): Trust["header"] {
  if (header === undefined) return "x-forwarded-for";
  if (header === "x-forwarded-for" || header === "forwarded") return header;
  throw new TypeError(
    `trustProxy's header is ${describe(header)}. Write "x-forwarded-for" or "forwarded", whichever your proxy sets.`,
  );
}

function checkHost(host: unknown, header: Trust["header"]): boolean {
  if (host === undefined || host === false) return false;
  if (host === true && header === "x-forwarded-for") return true;
  throw new TypeError(
    host === true
      ? 'trustProxy: with header "forwarded" the host comes from that header. Leave host out.'
      : `trustProxy's host is ${describe(host)}. Write true if your proxy sets X-Forwarded-Host, else leave it out.`,
  );
}

function describe(value: unknown): string {
  if (typeof value === "string") return JSON.stringify(value.slice(0, 80));
  if (typeof value === "number" || typeof value === "boolean" || value === null) return `${value}`;
  return `a value of type ${typeof value}`;
}
