import { type BindingOptions, type BindingPart, checkBinding, NETWORK } from "../binding.ts";
import { type Client, type ClientOptions, type KeptClient, plainText } from "../client.ts";
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

  function keptAddress(client: Client): string | null {
    if (client.address === null || address === "none") return null;
    if (address === "whole") return plainText(client.address, 64);
    if (address === "hashed") return seals.seal("address", client.address);
    return client.network?.(...NETWORK) ?? null;
  }

  /** What of the address counts. */
  function place(client: Client): string | null {
    if (ip === false || client.address === null) return null;
    if (ip === "exact") return client.address;
    const [ipv4, ipv6] = ip === "network" ? NETWORK : [ip.ipv4, ip.ipv6];
    return client.network?.(ipv4, ipv6) ?? null;
  }

  function movedFrom({ bound }: Facts, client: Client): boolean {
    // Noted without an address, or before addresses counted: there is nothing to hold against it.
    if (ip === false || bound === null) return false;
    const now = place(client);
    return now === null || !seals.holds(bound, "bound", now);
  }

  function looksOther({ client: noted }: Facts, given: string | null): boolean {
    const was = noted?.userAgent ?? null;
    if (userAgent === false || noted === null || was === given) return false;
    const now = given === null ? null : plainText(given);
    if (was === null || now === null || userAgent === "exact") return was !== now;
    return familyOf(was) !== familyOf(now);
  }

  return {
    onMismatch,
    keep: (client) => ({
      address: keptAddress(client),
      userAgent: client.userAgent === null ? null : plainText(client.userAgent),
    }),
    bind(client) {
      const now = place(client);
      if (now !== null) return seals.seal("bound", now);
      if (ip !== false) warnNoAddress();
      return null;
    },
    mismatch(facts, client) {
      if (movedFrom(facts, client)) return "address";
      return looksOther(facts, client.userAgent) ? "user-agent" : null;
    },
  };
}

/** What stays when a browser updates itself. */
function familyOf(userAgent: string): string {
  return userAgent.replace(/[\d._]+/g, "");
}
