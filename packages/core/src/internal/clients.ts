import {
  type BindingOptions,
  type BindingPart,
  checkBinding,
  isPrefixes,
  NETWORK,
} from "../binding.ts";
import {
  type Client,
  type ClientOptions,
  type KeptClient,
  LONGEST_USER_AGENT,
  plainText,
} from "../client.ts";
import type { Facts } from "./facts.ts";
import type { Seals } from "./seals.ts";

/** What is noted of clients, and whether one is another: the options `client` and `binding`. */
export interface Clients {
  readonly onMismatch: NonNullable<BindingOptions["onMismatch"]>;
  /** The form that may be kept and told. */
  keep(client: Client): KeptClient;
  /** Of what a session is bound to, the part that is no longer in the kept form. */
  bind(client: Client): string | null;
  /** In what the client is not the one that was noted; null: in nothing. */
  mismatch(facts: Facts, client: Client): BindingPart | null;
}

export function createClients(
  seals: Seals,
  { address = "truncated" }: ClientOptions = {},
  binding: BindingOptions = {},
  warnNoAddress: () => void,
): Clients {
  const { ip, userAgent, onMismatch } = checkBinding(binding);
  const prefixes = prefixesOf(ip);
  const fitted = new Set<string>();

  function keptAddress(client: Client): string | null {
    if (client.address === null || address === "none") return null;
    if (address === "whole") return plainText(client.address, 64);
    if (address === "hashed") return seals.seal("address", client.address);
    return client.network?.(...NETWORK) ?? null;
  }

  function movedFrom({ bound }: Facts, client: Client): boolean {
    // Noted without an address, or before addresses counted: there is nothing to hold against it.
    if (ip === false || bound === null) return false;
    // An HMAC a request would be a third of what a read costs; most come from where the last one did.
    const pair = `${bound} ${client.address}`;
    if (fitted.has(pair)) return false;
    // By the prefixes it was noted with: who configures others has not moved anybody.
    const [ipv4, ipv6, seal = ""] = bound.split(".");
    const noted = { ipv4: Number(ipv4), ipv6: Number(ipv6) };
    const now = isPrefixes(noted) ? place(client, [noted.ipv4, noted.ipv6]) : null;
    if (now === null || !seals.holds(seal, "bound", now)) return true;
    if (fitted.size >= MOST_FITTED) fitted.clear();
    fitted.add(pair);
    return false;
  }

  function looksOther({ client: noted }: Facts, given: string | null): boolean {
    const was = noted?.userAgent ?? null;
    if (userAgent === false || noted === null || was === given) return false;
    const now = given === null ? null : plainText(given);
    if (was === null || now === null || userAgent === "exact") return was !== now;
    return !alike(familyOf(was), familyOf(now), [was, now].some(isCut));
  }

  return {
    onMismatch,
    keep: (client) => ({
      address: keptAddress(client),
      userAgent: client.userAgent === null ? null : plainText(client.userAgent),
    }),
    bind(client) {
      if (prefixes === null) return null;
      const now = place(client, prefixes);
      if (now !== null) return `${prefixes.join(".")}.${seals.seal("bound", now)}`;
      warnNoAddress();
      return null;
    },
    mismatch(facts, client) {
      if (movedFrom(facts, client)) return "address";
      return looksOther(facts, client.userAgent) ? "user-agent" : null;
    },
  };
}

/** Sessions and addresses that are remembered to fit, some 100 bytes each. */
const MOST_FITTED = 1_000;

/** How much of an address counts, in bits; null: nothing. */
function prefixesOf(ip: Required<BindingOptions>["ip"]): readonly [number, number] | null {
  if (ip === false) return null;
  if (ip === "exact") return WHOLE;
  return ip === "network" ? NETWORK : [ip.ipv4, ip.ipv6];
}

const WHOLE = [32, 128] as const;

/** What of the address counts. */
function place(client: Client, [ipv4, ipv6]: readonly [number, number]): string | null {
  if (client.address === null) return null;
  // A client that was given by hand may know its address and no networks.
  if (ipv4 === WHOLE[0] && ipv6 === WHOLE[1]) return client.address;
  return client.network?.(ipv4, ipv6) ?? null;
}

/** What stays when a browser or a system updates itself. Android's builds have letters as well. */
function familyOf(userAgent: string): string {
  return userAgent.replace(/\b(?:Build|Mobile)\/[\w.]+|[\d._]+/g, "");
}

function isCut(userAgent: string): boolean {
  return userAgent.length === LONGEST_USER_AGENT;
}

/** `cut`: one of them may lack its end, and a longer version more of it. */
function alike(a: string, b: string, cut: boolean): boolean {
  const length = Math.min(a.length, b.length);
  return cut ? a.slice(0, length) === b.slice(0, length) : a === b;
}
