import type { StandardSchemaV1 } from "@standard-schema/spec";
import * as v from "valibot";
import type { Clock } from "./clock.ts";
import type { CookieOptions } from "./cookie.ts";
import { ConfigurationError } from "./errors.ts";
import type { SessionEventListener } from "./events.ts";
import type { Random } from "./internal/random.ts";
import type { Secrets } from "./secrets.ts";
import type { Store } from "./store.ts";
import type { TimeoutsOption } from "./timeouts.ts";

/** The application's data: JSON under top-level keys. */
export type SessionData = Record<string, unknown>;

export interface SessionsOptions<Data extends object = SessionData> {
  /** Where sessions are kept: `memoryStore()` of @sojourn/memory, or any other. */
  readonly store: Store;
  /**
   * Signs the tokens: at least 32 bytes, as `openssl rand -base64 32` makes them. A list rotates: the
   * first signs, all verify. Deploy `[old, new]`, then `[new, old]`, then, after the longest absolute
   * timeout, `new`.
   */
  readonly secret: Secrets;
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

const bytes = v.pipe(v.number(), v.integer(), v.minValue(1));
const callable = v.function("a function");
const onConflict = v.picklist(["error", "last-wins"]);

/** The shapes; what takes more to judge (secret, cookie, timeouts) is checked where it is read. */
const Options = v.strictObject({
  store: v.looseObject({ read: callable, create: callable, update: callable, delete: callable }),
  secret: v.any(),
  data: v.optional(v.any()),
  onInvalidData: v.optional(v.union([v.picklist(["drop", "throw"]), callable])),
  timeouts: v.optional(v.any()),
  cookie: v.optional(v.any()),
  transport: v.optional(v.picklist(["cookie", "bearer"])),
  exposeToken: v.optional(v.boolean()),
  namespace: v.optional(v.pipe(v.string(), v.minLength(1), v.maxLength(256))),
  maxPerUser: v.optional(v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(1000))),
  onLimit: v.optional(v.picklist(["evict-least-recent", "refuse"])),
  maxBytes: v.optional(bytes),
  maxKeyBytes: v.optional(bytes),
  onConflict: v.optional(v.union([onConflict, v.record(v.string(), onConflict)])),
  onReuse: v.optional(v.picklist(["revoke", "refuse"])),
  saveOnError: v.optional(v.boolean()),
  onEvent: v.optional(callable),
  onWarning: v.optional(callable),
  clock: v.optional(v.looseObject({ now: callable, sleep: callable })),
  random: v.optional(callable),
});

/** Throws a `ConfigurationError` that names the option, what it got and what it takes. */
export function checkOptions(options: object): void {
  const result = v.safeParse(Options, options);
  if (result.success) return;
  const [issue] = result.issues;
  const name = v.getDotPath(issue) ?? "options";
  const known = Object.keys(Options.entries).join(", ");
  throw new ConfigurationError(
    issue.type === "strict_object" && issue.expected === "never"
      ? `There is no option ${name}. Options: ${known}.`
      : name === "secret"
        ? "Set the option secret: a string that `openssl rand -base64 32` printed."
        : `Option ${name}: expected ${issue.expected ?? "another value"}, got ${issue.received}.`,
  );
}
