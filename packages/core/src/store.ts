import type { StorePowers } from "./powers.ts";

/**
 * The store contract: seven operations, each one atomic step in the store, and none that can both
 * insert and update. `testStore` of @sojourn/testing/suites is this file as a suite. What else a store
 * may be able to do is in `powers.ts`.
 *
 * Common to all operations:
 * - `now` and every `...At` are milliseconds since the Unix epoch, given by the caller. Where a store
 *   has a TTL of its own, it is a length counted from `now`, never a date.
 * - A record is live while `now < expiresAt && now < idleExpiresAt`; one that is not is as good as
 *   absent for every operation, whether it has been swept or not.
 * - Absent, expired and never-existed are one answer, and not an error.
 * - An unreachable store, or one slower than its time limit, rejects with `StoreUnavailableError`.
 * - What is under the key but cannot be read as a record rejects with `CorruptRecordError`.
 * - Texts come back unit for unit: user ids and keys are any well-formed Unicode, also U+0000 and "".
 * - Records and outcomes are copies: neither side sees the other's later changes.
 */
export interface Store {
  /**
   * Inserts. With `limit`, the live records of the partition are counted, and if the new one is one
   * too many, others go or it is refused, in the same step. What is not `created` changes nothing.
   */
  create(record: NewSessionRecord, now: number, options?: CreateOptions): Promise<CreateOutcome>;

  /** The live record, or null. */
  read(ref: SessionRef, now: number): Promise<SessionRecord | null>;

  /**
   * Changes a live record; never inserts. All of the change is applied, or (but for `credential`) none.
   * Of several reasons not to, `gone` comes before `conflict` and `conflict` before `too-large`.
   */
  update(
    ref: SessionRef,
    change: SessionChange,
    now: number,
    options?: UpdateOptions,
  ): Promise<UpdateOutcome>;

  /**
   * Removes. With `ifVersion`, only if the record still has that version. It is given no `now`: of a
   * record that has expired and is still there, a store may say what it would of a live one.
   */
  delete(ref: SessionRef, options?: DeleteOptions): Promise<DeleteOutcome>;

  /** The partition's live records, by ascending handle, with empty `data` unless asked. */
  list(partition: string, now: number, options?: ListOptions): Promise<SessionRecord[]>;

  /**
   * Removes all of a partition's records but `except`, and leaves the stamp `notBefore = now` in the
   * partition for at least 10 minutes, so that a login which began earlier is refused however late it
   * arrives. A stamp never moves back. Gives the handles of the live records that went.
   */
  deleteAll(partition: string, now: number, options?: DeleteAllOptions): Promise<string[]>;

  /**
   * Removes up to `limit` expired records and gives them, without data, each to one caller only. Cost
   * follows what expired. What went otherwise (a TTL, `deleteAll`, a need for room) is not given.
   */
  sweep(now: number, limit: number): Promise<SessionRecord[]>;

  /** What the store can do beyond these, if anything: a plain object with a property a power. */
  readonly powers?: StorePowers;
}

/** A store that has some powers. */
export interface PoweredStore<Powers extends StorePowers = StorePowers> extends Store {
  readonly powers: Powers;
}

/** Where a record is. `partition`: 16 characters of base64url; `handle`: 22. */
export interface SessionRef {
  readonly partition: string;
  readonly handle: string;
}

/** What a record says apart from the application's data. */
export interface SessionEnvelope extends SessionRef {
  /** Null: anonymous. */
  readonly userId: string | null;
  /** Hashes of the secrets that open the session, in an encoding that only the core reads. */
  readonly credential: string;
  readonly createdAt: number;
  /** When the authentication that made the session began. Null: anonymous. */
  readonly authenticatedAt: number | null;
  /** The last activity. Null: the token has not come back since the session was created. */
  readonly lastSeenAt: number | null;
  /** The idle deadline as of the last touch; equals `expiresAt` where no idle timeout applies. */
  readonly idleExpiresAt: number;
  /** The absolute deadline. */
  readonly expiresAt: number;
  /** Name of the timeout policy the session was created under. */
  readonly policy: string;
  /** Whether the cookie outlives the browser. */
  readonly persistent: boolean;
  /** What the core noted of the login and the client, as text that only the core reads. */
  readonly facts: string | null;
}

export interface NewSessionRecord extends SessionEnvelope {
  /** Top-level key to JSON text. A store compares texts but never parses them. */
  readonly data: Readonly<Record<string, string>>;
}

export interface SessionRecord extends NewSessionRecord {
  /**
   * 1 when created; one more with every update that names a key in `set` or `unset` or a field in
   * `envelope`, whatever it was before. A touch or renewal leaves it.
   */
  readonly version: number;
}

export interface CreateOptions {
  /** How many live records the partition may hold, this one included. */
  readonly limit?: SessionLimit;
  /** A handle in the same partition that goes in the same step and does not count. */
  readonly replaces?: string;
}

export interface SessionLimit {
  readonly max: number;
  /**
   * `evict-least-recent`: the least recently seen go until the new one fits (`lastSeenAt`, or
   * `createdAt` where that is null; of two alike the smaller handle). `refuse`: the new one is refused.
   * Under both, a record whose token has not come back within `ABANDONED_AFTER` of its creation goes
   * first and causes no refusal.
   */
  readonly onLimit: "evict-least-recent" | "refuse";
}

/**
 * ms after which a session whose token never came back (a lost login response) yields its place:
 * `lastSeenAt` is null and `now - createdAt` is this or more.
 */
export const ABANDONED_AFTER = 60_000;

/** ms for which `deleteAll` keeps its stamp, at least. */
export const NOT_BEFORE_KEPT = 600_000;

/** Where several apply: `exists` before `revoked` before `limit-reached`. */
export type CreateOutcome =
  /** `evicted`: what the limit cost, without `replaces`. */
  | { readonly status: "created"; readonly evicted: readonly string[] }
  /** The partition is full and the limit says `refuse`. */
  | { readonly status: "limit-reached" }
  /** A live record has the handle, be it the one in `replaces`. Never adopt: mint another handle. */
  | { readonly status: "exists" }
  /** `authenticatedAt` is not after the partition's `notBefore`. Null (anonymous) is never refused. */
  | { readonly status: "revoked" };

export interface SessionChange {
  /** Keys to write. */
  readonly set?: Readonly<Record<string, string>>;
  /** Keys to remove, others than in `set`; one that is absent is not an error. */
  readonly unset?: readonly string[];
  /** Texts that keys must still have, null for absent. One that differs: `conflict`. */
  readonly expect?: Readonly<Record<string, string | null>>;
  /**
   * Replaces the credential if it still equals `from`. If not, it is left, the rest of the change is
   * applied all the same, and the outcome says `renewed: false`. Does not change the version.
   */
  readonly credential?: { readonly from: string; readonly to: string };
  /** Each moves forward only: the later of the stored and the given. Does not change the version. */
  readonly touch?: { readonly lastSeenAt: number; readonly idleExpiresAt: number };
  /** Other fields of the envelope. Applied before `touch`. */
  readonly envelope?: Partial<
    Pick<SessionEnvelope, "authenticatedAt" | "expiresAt" | "idleExpiresAt" | "facts">
  >;
}

export interface UpdateOptions {
  /** Only if the record still has this version; else `conflict`. */
  readonly ifVersion?: number;
  /** Bound on `dataSize` of the merged data; past it: `too-large`. */
  readonly maxBytes?: number;
}

export type UpdateOutcome =
  /** `renewed` is false only where a `credential` was given and its `from` no longer held. */
  | { readonly status: "updated"; readonly version: number; readonly renewed: boolean }
  /** Nothing was applied; `record` is the current one, so that a retry costs one call. */
  | { readonly status: "conflict"; readonly record: SessionRecord }
  | { readonly status: "too-large" }
  | { readonly status: "gone" };

export interface DeleteOptions {
  readonly ifVersion?: number;
}

export type DeleteOutcome = "deleted" | "conflict" | "gone";

export interface ListOptions {
  /** At most this many; default 1,000. */
  readonly limit?: number;
  /** Only handles after this one. */
  readonly after?: string;
  /** Whether to read the data too; default false. */
  readonly withData?: boolean;
}

export interface DeleteAllOptions {
  readonly except?: string;
}

/** Bytes of UTF-8 that the keys and texts of `data` take: what `maxBytes` bounds. */
export function dataSize(data: Readonly<Record<string, string>>): number {
  let size = 0;
  for (const key of Object.keys(data)) size += byteLength(key) + byteLength(data[key] as string);
  return size;
}

/** Bytes of `text` in UTF-8. */
export function byteLength(text: string): number {
  let bytes = text.length;
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    // Two bytes from U+0080, three from U+0800; a surrogate pair is two units and four bytes.
    if (unit > 0x7ff) bytes += unit >= 0xd800 && unit <= 0xdfff ? 1 : 2;
    else if (unit > 0x7f) bytes += 1;
  }
  return bytes;
}
