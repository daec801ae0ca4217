import {
  ABANDONED_AFTER,
  type CreateOptions,
  type CreateOutcome,
  dataSize,
  type DeleteAllOptions,
  type DeleteOptions,
  type DeleteOutcome,
  type ListOptions,
  type NewSessionRecord,
  type SessionChange,
  type SessionRecord,
  type SessionRef,
  type Store,
  type UpdateOptions,
  type UpdateOutcome,
} from "@sojourn/core";
import type { Synchronous } from "./calls.ts";

/**
 * What each operation gives and leaves behind: the contract read as plainly as can be. One list of
 * records that are never changed but replaced, and every operation a walk over it.
 */
export class Oracle implements Synchronous<Store> {
  #records: readonly SessionRecord[] = [];
  #stamps = new Map<string, number>();

  /** Another that knows the same and goes its own way. */
  fork(): Oracle {
    const fork = new Oracle();
    fork.#records = this.#records;
    fork.#stamps = new Map(this.#stamps);
    return fork;
  }

  create(record: NewSessionRecord, now: number, options: CreateOptions = {}): CreateOutcome {
    const { partition, authenticatedAt } = record;
    const { limit, replaces } = options;
    if (this.find(record, now) !== undefined) return { status: "exists" };
    const stamp = this.#stamps.get(partition) ?? -Infinity;
    if (authenticatedAt !== null && authenticatedAt <= stamp) return { status: "revoked" };

    const others = this.#live(partition, now).filter(({ handle }) => handle !== replaces);
    const excess = limit === undefined ? 0 : others.length + 1 - limit.max;
    const mayGo = limit?.onLimit === "refuse" ? others.filter((r) => isAbandoned(r, now)) : others;
    if (excess > mayGo.length) return { status: "limit-reached" };
    const going = mayGo.toSorted((a, b) => byTurn(a, b, now)).slice(0, Math.max(0, excess));
    const evicted = going.map(({ handle }) => handle);

    for (const handle of [...evicted, replaces]) {
      if (handle !== undefined) this.#remove({ partition, handle });
    }
    this.put({ ...record, version: 1 });
    return { status: "created", evicted };
  }

  read(ref: SessionRef, now: number): SessionRecord | null {
    const record = this.find(ref, now);
    return record === undefined ? null : copy(record);
  }

  update(
    ref: SessionRef,
    change: SessionChange,
    now: number,
    { ifVersion, maxBytes = Infinity }: UpdateOptions = {},
  ): UpdateOutcome {
    const record = this.find(ref, now);
    if (record === undefined) return { status: "gone" };
    const held = new Map(Object.entries(record.data));
    const moved = Object.entries(change.expect ?? {}).some(
      ([key, text]) => (held.get(key) ?? null) !== text,
    );
    if (moved || (ifVersion !== undefined && ifVersion !== record.version)) {
      return { status: "conflict", record: copy(record) };
    }
    for (const key of change.unset ?? []) held.delete(key);
    for (const [key, text] of Object.entries(change.set ?? {})) held.set(key, text);
    const data = Object.fromEntries(held);
    if (dataSize(data) > maxBytes) return { status: "too-large" };

    const { credential, touch, envelope = {} } = change;
    const named = [...Object.keys(change.set ?? {}), ...(change.unset ?? [])];
    const counts = named.length + Object.keys(envelope).length > 0;
    const renewed = credential === undefined || credential.from === record.credential;
    const version = record.version + (counts ? 1 : 0);
    const changed = { ...record, ...envelope, data, version };
    this.put({
      ...changed,
      credential: credential !== undefined && renewed ? credential.to : record.credential,
      lastSeenAt: later(changed.lastSeenAt, touch?.lastSeenAt),
      idleExpiresAt: later(changed.idleExpiresAt, touch?.idleExpiresAt) as number,
    });
    return { status: "updated", version, renewed };
  }

  delete(ref: SessionRef, { ifVersion }: DeleteOptions = {}): DeleteOutcome {
    const record = this.find(ref, -Infinity);
    if (record === undefined) return "gone";
    if (ifVersion !== undefined && ifVersion !== record.version) return "conflict";
    this.#remove(ref);
    return "deleted";
  }

  list(partition: string, now: number, options: ListOptions = {}): SessionRecord[] {
    const { limit = 1_000, after, withData = false } = options;
    return this.#live(partition, now)
      .filter(({ handle }) => after === undefined || handle > after)
      .slice(0, limit)
      .map((record) => copy(withData ? record : { ...record, data: {} }));
  }

  deleteAll(partition: string, now: number, { except }: DeleteAllOptions = {}): string[] {
    const stamp = Math.max(now, this.#stamps.get(partition) ?? -Infinity);
    this.#stamps.set(partition, stamp);
    const going = this.#live(partition, now).filter(({ handle }) => handle !== except);
    for (const record of going) this.#remove(record);
    return going.map(({ handle }) => handle);
  }

  sweep(now: number, limit: number): SessionRecord[] {
    const swept = this.#records.filter((record) => !isLive(record, now)).slice(0, limit);
    for (const record of swept) this.#remove(record);
    return swept.map((record) => copy({ ...record, data: {} }));
  }

  /** All there are, live or not. */
  get records(): readonly SessionRecord[] {
    return this.#records.map(copy);
  }

  /** The live record itself. */
  find(ref: SessionRef, now: number): SessionRecord | undefined {
    return this.#records.find((record) => isAt(record, ref) && isLive(record, now));
  }

  /** The record, in place of what was there. */
  put(record: SessionRecord): void {
    this.#remove(record);
    this.#records = [...this.#records, copy(record)];
  }

  /** By ascending handle. */
  #live(partition: string, now: number): SessionRecord[] {
    return this.#records
      .filter((record) => record.partition === partition && isLive(record, now))
      .toSorted((a, b) => (a.handle < b.handle ? -1 : 1));
  }

  #remove(ref: SessionRef): void {
    this.#records = this.#records.filter((record) => !isAt(record, ref));
  }
}

/** A right store, and as plain as can be: each operation is one of the oracle's. */
export function storeOf(oracle: Oracle): Store {
  return {
    create: async (...args) => oracle.create(...args),
    read: async (...args) => oracle.read(...args),
    update: async (...args) => oracle.update(...args),
    delete: async (...args) => oracle.delete(...args),
    list: async (...args) => oracle.list(...args),
    deleteAll: async (...args) => oracle.deleteAll(...args),
    sweep: async (...args) => oracle.sweep(...args),
  };
}

export function isLive({ expiresAt, idleExpiresAt }: SessionRecord, now: number): boolean {
  return now < expiresAt && now < idleExpiresAt;
}

function isAt(record: SessionRef, { partition, handle }: SessionRef): boolean {
  return record.partition === partition && record.handle === handle;
}

function isAbandoned({ lastSeenAt, createdAt }: SessionRecord, now: number): boolean {
  return lastSeenAt === null && now - createdAt >= ABANDONED_AFTER;
}

/** Negative where `a` goes before `b`. */
function byTurn(a: SessionRecord, b: SessionRecord, now: number): number {
  return (
    Number(isAbandoned(b, now)) - Number(isAbandoned(a, now)) ||
    (a.lastSeenAt ?? a.createdAt) - (b.lastSeenAt ?? b.createdAt) ||
    (a.handle < b.handle ? -1 : 1)
  );
}

function later(stored: number | null, given: number | undefined): number | null {
  if (given === undefined) return stored;
  return stored === null || given > stored ? given : stored;
}

function copy(record: SessionRecord): SessionRecord {
  return { ...record, data: { ...record.data } };
}
