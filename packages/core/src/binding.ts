import type { Client, KeptClient } from "./client.ts";
import { ConfigurationError } from "./errors.ts";

/** What of a client a session is bound to. */
export type BindingPart = "address" | "user-agent";

/**
 * What happens to a request from another client. `report`: an event, and the session is bound to the
 * new client from then on. `reauthenticate`: it is locked for this client until its user has
 * authenticated. `reject`: the request has no session. `revoke`: nobody has it any more.
 */
export type BindingAction = "report" | "reauthenticate" | "reject" | "revoke";

/** A client that is not the one that the session is bound to. */
export interface BindingMismatch {
  readonly part: BindingPart;
  readonly handle: string;
  readonly userId: string;
  /** The client as it was noted. */
  readonly was: KeptClient;
  readonly client: Client;
}

/** docs/binding.md says what each of these finds, and whom else it hits. */
export interface BindingOptions {
  /**
   * `exact`: the address. `network`: the /24 or /56 it is in, or so many bits as are given. Default
   * false: people move between networks, and a household shares one.
   */
  readonly ip?: "exact" | "network" | { readonly ipv4: number; readonly ipv6: number } | false;
  /** `family` (default): browser and system without their versions, which change by themselves. */
  readonly userAgent?: "family" | "exact" | false;
  /** Default `report`. A function decides for itself. */
  readonly onMismatch?:
    | BindingAction
    | ((mismatch: BindingMismatch) => BindingAction | Promise<BindingAction>);
}

/** The prefixes of `networkOf` in @sojourn/net: what one household or office has. */
export const NETWORK: readonly [ipv4: number, ipv6: number] = [24, 56];

const ACTIONS = ["report", "reauthenticate", "reject", "revoke"];

export function isBindingAction(value: unknown): value is BindingAction {
  return ACTIONS.includes(value as string);
}

/** Throws a `ConfigurationError` that says what to write. */
export function checkBinding(options: BindingOptions): Required<BindingOptions> {
  const { ip = false, userAgent = "family", onMismatch = "report", ...rest } = options;
  const [unknown] = Object.keys(rest);
  check(unknown === undefined, `${unknown}: no such option. Write ip, userAgent or onMismatch.`);
  check(
    ip === false || ip === "exact" || ip === "network" || isPrefixes(ip),
    'ip: write "exact", "network", { ipv4: 24, ipv6: 56 } or false.',
  );
  check(
    [false, "family", "exact"].includes(userAgent),
    'userAgent: write "family", "exact" or false.',
  );
  check(
    typeof onMismatch === "function" || isBindingAction(onMismatch),
    `onMismatch: write "${ACTIONS.join('", "')}" or a function that gives one of them.`,
  );
  return { ip, userAgent, onMismatch };
}

export function isPrefixes(ip: unknown): boolean {
  if (typeof ip !== "object" || ip === null) return false;
  const { ipv4, ipv6 } = ip as { ipv4?: unknown; ipv6?: unknown };
  const within = (bits: unknown, most: number) =>
    Number.isInteger(bits) && Number(bits) > 0 && Number(bits) <= most;
  return within(ipv4, 32) && within(ipv6, 128);
}

function check(holds: boolean, message: string): void {
  if (!holds) throw new ConfigurationError(`Option binding.${message}`);
}
