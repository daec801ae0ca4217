import type { StandardSchemaV1 } from "@standard-schema/spec";
import * as v from "valibot";
import type { BindingOptions } from "./binding.ts";
import type { Client, ClientOptions } from "./client.ts";
import type { Clock } from "./clock.ts";
import type { CookieOptions } from "./cookie.ts";
import type { CsrfOptions } from "./csrf.ts";
import { ConfigurationError } from "./errors.ts";
import type { SessionEventListener } from "./events.ts";
import type { Random } from "./internal/random.ts";
import type { Secrets } from "./secrets.ts";
import type { Store } from "./store.ts";
import type { Duration, TimeoutsOption } from "./timeouts.ts";

/** The application's data: JSON under top-level keys. */
export type SessionData = Record<string, unknown>;

export interface SessionsOptions<Data extends object = SessionData> {
  /** Where sessions are kept: `memoryStore()` of @sojourn/memory, or any other. */
  readonly store: Store;
  /**
   * Signs the tokens, and has to be there (`undefined` is an error with the remedy): at least 32 bytes, as `openssl rand -base64 32` makes them. A list rotates: the
   * first signs, all verify. Deploy `[old, new]`, then `[new, old]`, then, after the longest absolute
   * timeout, `new`.
   */
  readonly secret: Secrets | undefined;
  /** Any Standard Schema (valibot, zod, arktype). It must accept its own output. */
  readonly data?: StandardSchemaV1<unknown, Data>;
  /**
   * What to do with a stored session whose data the schema refuses. `drop` (default) starts from what
   * the schema makes of `{}`; `throw` rejects with `InvalidDataError`; a function gives the data to go
   * on with. The store is only changed together with the handler's next write.
   */
  readonly onInvalidData?: "drop" | "throw" | ((old: SessionData) => object);
  /** Idle 1 h, absolute 24 h, renewal every 15 min unless told otherwise (`aal2`). */
  readonly timeouts?: TimeoutsOption;
  readonly cookie?: CookieOptions;
  /** `bearer`: the token travels in `Authorization`, and new ones come back in `Session-Token`. */
  readonly transport?: "cookie" | "bearer";
  /** With `bearer`: whether scripts of other origins may read `Session-Token` (CORS). */
  readonly exposeToken?: boolean;
  /**
   * Keeps applications and tenants on one store apart: the token of one is nothing to another.
   * Default: the name of the cookie.
   */
  readonly namespace?: string;
  /** Sessions a user may have at once, 1 to 1,000; default 100. */
  readonly maxPerUser?: number;
  /** What a login past the limit does; default `evict-least-recent`. */
  readonly onLimit?: "evict-least-recent" | "refuse";
  /** Bytes of JSON a session may hold, keys included; default 65,536. */
  readonly maxBytes?: number;
  /** Bytes of JSON one top-level key may hold, its name included; default `maxBytes`. */
  readonly maxKeyBytes?: number;
  /**
   * What happens to a key that was read, changed, and meanwhile changed by another request: `error`
   * (default) is a `ConflictError`. Also by key: `{ lastPage: "last-wins" }`.
   */
  readonly onConflict?: OnConflict | Readonly<Record<string, OnConflict>>;
  /** What happens when a renewed token is presented after its grace; default `revoke`. */
  readonly onReuse?: "revoke" | "refuse";
  /** Whether changes are saved when the handler throws or answers 5xx; default false. */
  readonly saveOnError?: boolean;
  /** The gate against requests from other sites: on by default, and see `CsrfOptions`. False: none. */
  readonly csrf?: CsrfOptions | false;
  /**
   * Whether `login` may name an `impersonator`. Then every login looks up the user's sessions first, so
   * that the events of those that it pushes out name both people, too. Default false.
   */
  readonly impersonation?: boolean;
  /** What binds a session to its client. Default: `{ userAgent: "family", onMismatch: "report" }`. */
  readonly binding?: BindingOptions;
  /** What is kept of clients. Default: user agents, and addresses cut to their network. */
  readonly client?: ClientOptions;
  /**
   * What the browser is to clear when it has logged out (Clear-Site-Data, ASVS 14.3.1). Default
   * `["cache"]`. `cookies` and `storage` take along what other applications of this site keep.
   */
  readonly clearSiteData?: readonly SiteData[] | false;
  /**
   * Asked before the store is, for every request that carries a token and every login: for how many
   * seconds this source has to wait (429); null: not at all. `watch()` of @sojourn/watch has one.
   */
  readonly throttle?: (client: Client) => number | null;
  /**
   * How often `session.signal` looks whether the session still lives, beside being told at once where
   * the store can; default "30s".
   */
  readonly revalidate?: Duration;
  /** Hears everything. What it throws is reported by `onWarning` and changes no outcome. */
  readonly onEvent?: SessionEventListener;
  /** Hears what an operator should mend; default `console.warn`. */
  readonly onWarning?: (message: string) => void;
  /** For tests. */
  readonly clock?: Clock;
  /** For tests. */
  readonly random?: Random;
}

export type OnConflict = "error" | "last-wins";

/** W3C Clear Site Data, section 3.1. */
export type SiteData = "cache" | "cookies" | "storage" | "executionContexts" | "clientHints";

const SITE_DATA = ["cache", "cookies", "storage", "executionContexts", "clientHints"];

/** The header's value: quoted, which is what makes it count. */
export function clearSiteData(option: readonly SiteData[] | false = ["cache"]): string | null {
  return option && option.length > 0 ? option.map((type) => `"${type}"`).join(", ") : null;
}

const isFunction = (value: unknown): boolean => typeof value === "function";

function isObject(value: unknown): value is object {
  return typeof value === "object" && value !== null;
}

const KEPT = ["truncated", "whole", "hashed", "none"];

function has(...methods: readonly string[]): (value: unknown) => boolean {
  return (value) =>
    methods.every((name) => isFunction((value as Record<string, unknown> | null)?.[name]));
}

/** A custom check whose message says what the option takes. */
const takes = (what: string, check: (value: unknown) => boolean) =>
  v.optional(v.custom(check, what));

function wholeNumber(most: number, text: string) {
  const check = (value: unknown) =>
    Number.isInteger(value) && Number(value) > 0 && Number(value) <= most;
  return takes(`a whole number from 1 to ${text}`, check);
}

function oneOf(...values: readonly string[]) {
  return takes(`"${values.join('" or "')}"`, (value) => values.includes(value as string));
}

const isPolicy = (value: unknown) => value === "error" || value === "last-wins";

/**
 * The shapes; what takes more to judge (secret, cookie, timeouts) is checked where it is read. A function,
 * since bundlers do not leave out what is called when a module is loaded.
 */
function shapes() {
  const callable = takes("a function", isFunction);
  const flag = takes("true or false", (value) => typeof value === "boolean");
  const anything = v.optional(v.any());
  const bytes = wholeNumber(2 ** 30, "2^30");
  return v.strictObject({
    // With a default that is none: a missing store is met with the same sentence as a wrong one.
    store: v.optional(
      v.custom(has("read", "create", "update"), "a store, such as memoryStore()"),
      null,
    ),
    secret: anything,
    data: takes("a Standard Schema (valibot, zod, arktype)", (value) =>
      isFunction(
        (value as { "~standard"?: { validate?: unknown } } | null)?.["~standard"]?.validate,
      ),
    ),
    onInvalidData: takes(
      '"drop", "throw" or a function',
      (value) => value === "drop" || value === "throw" || isFunction(value),
    ),
    timeouts: anything,
    cookie: anything,
    csrf: takes("an object, or false", (value) => value === false || isObject(value)),
    impersonation: flag,
    binding: takes("an object", isObject),
    client: takes(
      '{ address: "truncated" }, "whole", "hashed" or "none"',
      (value) =>
        isObject(value) &&
        Object.keys(value).every((key) => key === "address") &&
        KEPT.includes((value as ClientOptions).address ?? "none"),
    ),
    clearSiteData: takes(
      `a list of "${SITE_DATA.join('", "')}", or false`,
      (value) =>
        value === false ||
        (Array.isArray(value) && value.every((type) => SITE_DATA.includes(type))),
    ),
    throttle: callable,
    revalidate: anything,
    transport: oneOf("cookie", "bearer"),
    exposeToken: flag,
    namespace: takes(
      "a string of 1 to 256 characters",
      (value) =>
        typeof value === "string" && value !== "" && value.length <= 256 && value.isWellFormed(),
    ),
    maxPerUser: wholeNumber(1000, "1,000"),
    onLimit: oneOf("evict-least-recent", "refuse"),
    maxBytes: bytes,
    maxKeyBytes: bytes,
    onConflict: takes(
      '"error", "last-wins" or one of these by key',
      (value) =>
        isPolicy(value) ||
        (typeof value === "object" && value !== null && Object.values(value).every(isPolicy)),
    ),
    onReuse: oneOf("revoke", "refuse"),
    saveOnError: flag,
    onEvent: callable,
    onWarning: callable,
    clock: takes("a Clock", has("now", "sleep")),
    random: callable,
  });
}

/** Throws a `ConfigurationError` that names the option and says what it takes. */
export function checkOptions(options: object): void {
  const known = shapes();
  const result = v.safeParse(known, options);
  if (result.success) return;
  const [issue] = result.issues;
  if (issue.path === undefined) throw new ConfigurationError("Options are an object.");
  const name = String(issue.path[0].key);
  throw new ConfigurationError(
    name in known.entries
      ? `Option ${name}: give it ${issue.message}.`
      : `There is no option ${name}. Options: ${Object.keys(known.entries).join(", ")}.`,
  );
}
