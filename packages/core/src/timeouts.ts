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
  /**
   * At the idle timeout: `end` (default) ends the session. `lock` keeps it until the absolute one, and
   * one factor opens it again, as NIST SP 800-63B-4 2.2.3 allows under AAL2: `locked()`.
   */
  readonly onIdle?: "end" | "lock";
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
  readonly onIdle: "end" | "lock";
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

const DAY = 86_400_000;
const HOUR = 3_600_000;
const MINUTE = 60_000;
const UNITS = { d: DAY, h: HOUR, m: MINUTE, s: 1000, ms: 1 };

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
  // A basket outlives a night, but visitors who never come back do not fill the store.
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
    `${what}: write "500ms", "30s", "30m", "12h", "30d" or whole milliseconds, above 0, at most "400d".`,
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
      `${path}: write a name of letters, digits and "-", at most 32, not "anonymous".`,
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

const OPTIONS = ["preset", "idle", "onIdle", "absolute", "renewal", "grace", "touch"];

function resolvePolicy(name: string, given: Preset | TimeoutOptions, path: string): Policy {
  const options: TimeoutOptions =
    typeof given === "object" && given !== null ? given : { preset: given };
  const unknown = Object.keys(options).find((key) => !OPTIONS.includes(key));
  check(
    unknown === undefined,
    `${path}.${unknown}: no such option. Of several policies one is named default.`,
  );
  const { preset = "aal2" } = options;
  check(
    Object.hasOwn(DEFAULTS.presets, preset),
    `${path}: write "aal1", "aal2", "aal3" or { idle: "30m" }.`,
  );
  const defaults = DEFAULTS.presets[preset];
  const { onIdle = "end" } = options;
  check(["end", "lock"].includes(onIdle), `${path}.onIdle: write "end" or "lock".`);

  function length<Default>(key: Length, otherwise: Default): number | Default {
    const value = options[key];
    return value === undefined ? otherwise : parseDuration(value, `${path}.${key}`);
  }
  function lengthOrNone(key: "idle" | "renewal", otherwise: number | null): number | null {
    return options[key] === "none" ? null : length(key, otherwise);
  }

  const absolute = length("absolute", defaults.absolute);
  const idle = lengthOrNone("idle", defaults.idle && Math.min(defaults.idle, absolute));
  const renewal = lengthOrNone("renewal", Math.max(DEFAULTS.renewal, 2 * length("grace", 0)));
  const grace = length("grace", Math.min(DEFAULTS.grace, part(renewal, 4)));
  const touch = length("touch", Math.min(DEFAULTS.touch, part(idle, 20)));

  check(
    preset !== "aal3" || absolute <= defaults.absolute,
    `${path}.absolute: more than the 12 hours of aal3. Write "12h", or preset: "aal2".`,
  );
  check(
    idle === null || idle <= absolute,
    `${path}.idle: longer than absolute. Write at most "${format(absolute)}", or absolute: "${format(idle ?? 0)}".`,
  );
  check(
    onIdle === "end" || (idle !== null && preset !== "aal3"),
    `${path}.onIdle: "lock" needs an idle timeout, and not aal3, where one factor is not enough. Write "end".`,
  );
  check(
    renewal === null || renewal >= 2 * grace,
    `${path}.renewal: less than twice grace, so that late requests look like theft. Write at least "${format(2 * grace)}", or remove grace.`,
  );
  check(
    idle === null || touch <= idle / 2,
    `${path}.touch: more than half of idle, so that sessions in use expire. Write less, or remove it.`,
  );
  return { name, preset, idle, onIdle, absolute, renewal, grace, touch };
}

type Length = Exclude<keyof TimeoutOptions, "preset">;

/** A fraction of a length in whole ms; of none, nothing that could bound another. */
function part(length: number | null, divisor: number): number {
  return length === null ? Infinity : Math.floor(length / divisor);
}

function anonymousPolicy(policy: Policy): Policy {
  const absolute = Math.min(policy.absolute, DEFAULTS.anonymous);
  const idle = policy.idle && Math.min(policy.idle, absolute);
  const touch = Math.min(policy.touch, part(idle, 2));
  return { ...policy, name: "anonymous", absolute, idle, onIdle: "end", touch };
}

/** When a session ends that began (or was last reauthenticated) and was last seen at these times. */
export function deadlines(
  policy: Policy,
  createdAt: number,
  seenAt: number = createdAt,
): { idleExpiresAt: number; expiresAt: number } {
  const expiresAt = createdAt + policy.absolute;
  return { idleExpiresAt: Math.min(seenAt + (policy.idle ?? Infinity), expiresAt), expiresAt };
}

/** The deadlines as a store is told them: it keeps a session that is locked, not ended, when idle. */
export function storedDeadlines(policy: Policy, at: number): ReturnType<typeof deadlines> {
  return policy.onIdle === "lock"
    ? deadlines({ ...policy, idle: null }, at)
    : deadlines(policy, at);
}

type Times = Pick<
  SessionEnvelope,
  "createdAt" | "authenticatedAt" | "lastSeenAt" | "idleExpiresAt" | "expiresAt"
>;

/**
 * When the session ends: the earlier of the stored deadline and the policy in force, so that a timeout
 * that was shortened bites at once, and one that was lengthened prolongs no session that exists. Both
 * count from the last authentication (NIST SP 800-63B-4 5.2), which for a first one began before the
 * session.
 */
export function deadlinesInForce(
  record: Times,
  policy: Policy,
): { idleExpiresAt: number; expiresAt: number } {
  const start = Math.max(record.createdAt, record.authenticatedAt ?? 0);
  const inForce = deadlines(policy, start, Math.max(start, record.lastSeenAt ?? 0));
  const expiresAt = Math.min(record.expiresAt, inForce.expiresAt);
  return {
    idleExpiresAt: Math.min(record.idleExpiresAt, inForce.idleExpiresAt, expiresAt),
    expiresAt,
  };
}

/** What ended the session, or null while it lives: at the deadline it is dead, 1 ms earlier it is not. */
export function expiredBy(record: Times, policy: Policy, now: number): "idle" | "absolute" | null {
  const { idleExpiresAt, expiresAt } = deadlinesInForce(record, policy);
  const deadline =
    policy.onIdle === "lock" ? Math.min(expiresAt, record.idleExpiresAt) : idleExpiresAt;
  // Written so that NaN, from a damaged record, is dead.
  if (now < deadline) return null;
  return deadline < expiresAt ? "idle" : "absolute";
}

/** Whether a session that lives has been idle for too long to be read. */
export function idleLocked(record: Times, policy: Policy, now: number): boolean {
  return policy.onIdle === "lock" && !(now < deadlinesInForce(record, policy).idleExpiresAt);
}

/** How far this activity moves the idle deadline. */
export function idleDeadline(record: Times, policy: Policy, seenAt: number): number {
  const seen = { ...record, lastSeenAt: seenAt, idleExpiresAt: Infinity };
  const { idleExpiresAt, expiresAt } = deadlinesInForce(seen, policy);
  return policy.onIdle === "lock" ? expiresAt : idleExpiresAt;
}

/** Whether this activity is to be written down: it is the first, or the touch interval has passed. */
export function touchDue(
  record: Pick<SessionEnvelope, "lastSeenAt">,
  policy: Policy,
  now: number,
): boolean {
  return record.lastSeenAt === null || now - record.lastSeenAt >= policy.touch;
}

/**
 * The effective values by policy, as one would write them: for the documentation of timeouts that OWASP
 * ASVS 7.1.1 asks for.
 */
export function describePolicies(timeouts: Timeouts): Record<string, Required<TimeoutOptions>> {
  const described: Record<string, Required<TimeoutOptions>> = {};
  for (const { name, ...policy } of [...timeouts.policies.values(), timeouts.anonymous]) {
    const values = Object.entries(policy).map(([key, value]) => [
      key,
      typeof value === "number" ? format(value) : (value ?? "none"),
    ]);
    described[name] = Object.fromEntries(values) as Required<TimeoutOptions>;
  }
  return described;
}

/** In the largest unit that gives a whole number. */
function format(ms: number): string {
  const [unit, size] = Object.entries(UNITS).find(([, ms_]) => ms % ms_ === 0) as [string, number];
  return `${ms / size}${unit}`;
}

function check(holds: boolean, message: string): void {
  if (!holds) throw new ConfigurationError(`Option ${message}`);
}
