import { ConfigurationError } from "./errors.ts";
import type { SessionEnvelope } from "./store.ts";

/** A length of time: whole milliseconds, or "500ms", "30s", "30m", "12h", "30d". */
export type Duration = number | string;

/** The authenticator assurance levels of NIST SP 800-63B-4. */
export type Preset = "aal1" | "aal2" | "aal3";

export interface TimeoutOptions {
  /** Where what is not given comes from; default "aal2". */
  readonly preset?: Preset;
  /** How long a session lives without a request that reads it. */
  readonly idle?: Duration | "none";
  /** How long a session lives from its login or reauthentication, whatever happens. */
  readonly absolute?: Duration;
  /** How often the token is replaced; default 15 min. At least twice `grace`. */
  readonly renewal?: Duration | "none";
  /** How long a replaced token still works; default 60 s, or a quarter of a shorter `renewal`. */
  readonly grace?: Duration;
  /** How often activity is written down; default 60 s or a 20th of `idle`. At most half of `idle`. */
  readonly touch?: Duration;
}

/** One policy for all, or several by name; a login names one that is not to be `default`. */
export type TimeoutsOption =
  | Preset
  | TimeoutOptions
  | ({ readonly default: Preset | TimeoutOptions } & Readonly<
      Record<string, Preset | TimeoutOptions>
    >);

/** A policy in force, in ms. */
export interface Policy {
  readonly name: string;
  readonly preset: Preset;
  /** Null: none. */
  readonly idle: number | null;
  readonly absolute: number;
  /** Null: none. */
  readonly renewal: number | null;
  readonly grace: number;
  readonly touch: number;
}

export interface Timeouts {
  /** By name, `default` included, `anonymous` not. */
  readonly policies: ReadonlyMap<string, Policy>;
  readonly default: Policy;
  /** For sessions without a user: as the default, but 24 h at most. */
  readonly anonymous: Policy;
  /** ms after which no token of any policy can be alive. */
  readonly longestAbsolute: number;
}

const UNITS = { d: 86_400_000, h: 3_600_000, m: 60_000, s: 1000, ms: 1 };
const { d: DAY, h: HOUR, m: MINUTE } = UNITS;

const DEFAULTS = {
  presets: {
    // NIST SP 800-63B-4 2.1.3: overall at most 30 days, inactivity optional.
    aal1: { absolute: 30 * DAY, idle: null },
    // 2.2.3: overall at most 24 hours, inactivity at most 1 hour. The default: what OWASP calls office use.
    aal2: { absolute: 24 * HOUR, idle: HOUR },
    // 2.3.3: overall at most 12 hours, and this one is a SHALL; inactivity at most 15 minutes.
    aal3: { absolute: 12 * HOUR, idle: 15 * MINUTE },
  },
  // OWASP Session Management: renew mid-session, so that a stolen token is short-lived or is noticed.
  renewal: 15 * MINUTE,
  // Long enough for a request on a bad network, short enough that a copy is soon noticed.
  grace: MINUTE,
  // One write a minute at most: idle may end that much early, never late.
  touch: MINUTE,
  // A basket should outlive a night, not fill the store.
  anonymous: DAY,
  // RFC 6265bis 5.5: no cookie lives longer.
  longest: 400 * DAY,
};

/** Milliseconds. Throws a `ConfigurationError` that begins with `what`. */
export function parseDuration(value: Duration, what: string): number {
  const [, digits, unit] = /^(\d{1,11})(ms|[smhd])$/.exec(String(value)) ?? [];
  const ms = typeof value === "number" ? value : Number(digits) * UNITS[unit as keyof typeof UNITS];
  check(
    Number.isInteger(ms) && ms > 0 && ms <= DEFAULTS.longest,
    `${what}: write a whole number above 0 with its unit, as in "500ms", "30s", "30m", "12h" or "30d" (a number alone is milliseconds), at most "400d".`,
  );
  return ms;
}

/** Checks the option and fills in what it leaves open, so that short timeouts need no further ones. */
export function resolveTimeouts(option: TimeoutsOption | undefined): Timeouts {
  const several = typeof option === "object" && option !== null && "default" in option;
  const policies = new Map<string, Policy>();
  for (const [name, given] of Object.entries(several ? option : { default: option ?? "aal2" })) {
    const path = several ? `timeouts.${name}` : "timeouts";
    check(
      /^[a-z][a-z\d-]{0,31}$/i.test(name) && name !== "anonymous",
      `${path}: name a policy with a letter and then letters, digits and "-", 32 at most, and not "anonymous".`,
    );
    policies.set(name, resolvePolicy(name, given, path));
  }
  const normal = policies.get("default") as Policy;
  return {
    policies,
    default: normal,
    anonymous: anonymousPolicy(normal),
    longestAbsolute: Math.max(...[...policies.values()].map(({ absolute }) => absolute)),
  };
}

const OPTIONS = ["preset", "idle", "absolute", "renewal", "grace", "touch"];

function resolvePolicy(name: string, given: Preset | TimeoutOptions, path: string): Policy {
  const options: TimeoutOptions = typeof given === "string" ? { preset: given } : given;
  const unknown = Object.keys(options ?? { null: 0 }).find((key) => !OPTIONS.includes(key));
  check(
    unknown === undefined,
    `${path}.${unknown} is no option. Options: ${OPTIONS.join(", ")}; several policies: { default: ..., ${unknown}: ... }.`,
  );
  const { preset = "aal2" } = options;
  check(
    Object.hasOwn(DEFAULTS.presets, preset),
    `${path}: there are the presets "aal1", "aal2" and "aal3"; a length goes into an object, as in { idle: "30m" }.`,
  );
  const defaults = DEFAULTS.presets[preset];

  function read<None>(key: Exclude<keyof TimeoutOptions, "preset">, none: None) {
    const value = options[key];
    if (value === undefined) return undefined;
    return value === "none" && none === null ? none : parseDuration(value, `${path}.${key}`);
  }

  const absolute = read("absolute", "") as number | undefined ?? defaults.absolute;
  return { name, preset, absolute } as Policy;
}
