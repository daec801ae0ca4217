import {
  ABANDONED_AFTER,
  dataSize,
  type SessionRecord,
  type SessionRef,
  type Store,
} from "@sojourn/core";

/** What the stories run on, and what a store conformance test may compare with. */
export interface MapStore extends Store {
  /** Everything that is stored. */
  readonly records: Map<string, SessionRecord>;
}

/**
 * The store contract read as plainly as can be: one map, every operation a walk over it. It is here
 * so that the kit needs no other package; it never clears anything away by itself.
 */
export function mapStore(): MapStore {
  const records = new Map<string, SessionRecord>();
  const notBefore = new Map<string, number>();

  function live(ref: SessionRef, now: number): SessionRecord | null {
    const record = records.get(keyOf(ref));
    return record === undefined || isExpired(record, now) ? null : record;
  }

  function liveIn(partition: string, now: number): SessionRecord[] {
    return [...records.values()].filter(
      (record) => record.partition === partition && !isExpired(record, now),
    );
  }

  return {
    records,

    async create(record, now, { limit, replaces } = {}) {
      const { partition, authenticatedAt } = record;
      const stamp = notBefore.get(partition);
      if (authenticatedAt !== null && stamp !== undefined && authenticatedAt <= stamp) {
        return { status: "revoked" };
      }
      if (live(record, now) !== null) return { status: "exists" };
      const others = liveIn(partition, now).filter(({ handle }) => handle !== replaces);
      const evicted: string[] = [];
      if (limit !== undefined && others.length >= limit.max) {
        const leaving = others.sort((a, b) => rank(a, now) - rank(b, now));
        const goers = leaving.slice(0, others.length - limit.max + 1);
        const mayGo = limit.onLimit !== "refuse" || goers.every((goer) => isAbandoned(goer, now));
        if (!mayGo) return { status: "limit-reached" };
        evicted.push(...goers.map(({ handle }) => handle));
      }
      for (const handle of evicted) records.delete(keyOf({ partition, handle }));
      if (replaces !== undefined) records.delete(keyOf({ partition, handle: replaces }));
      records.set(keyOf(record), copyOf({ ...record, version: 1 }));
      return { status: "created", evicted };
    },

    async read(ref, now) {
      const record = live(ref, now);
      return record && copyOf(record);
    },

    async update(ref, change, now, { ifVersion, maxBytes } = {}) {
      const record = live(ref, now);
      if (record === null) return { status: "gone" };
      const moved = Object.entries(change.expect ?? {}).some(
        ([key, text]) => (record.data[key] ?? null) !== text,
      );
      if (moved || (ifVersion !== undefined && ifVersion !== record.version)) {
        return { status: "conflict", record: copyOf(record) };
      }
      const data = { ...record.data, ...change.set };
      for (const key of change.unset ?? []) delete data[key];
      if (maxBytes !== undefined && dataSize(data) > maxBytes) return { status: "too-large" };
      const { credential, touch, envelope } = change;
      const renewed = credential === undefined || credential.from === record.credential;
      const counts = Boolean(change.set || change.unset?.length || envelope);
      const changed: SessionRecord = {
        ...record,
        ...envelope,
        data,
        credential: credential !== undefined && renewed ? credential.to : record.credential,
        version: record.version + (counts ? 1 : 0),
      };
      records.set(keyOf(ref), {
        ...changed,
        ...(touch && {
          lastSeenAt: Math.max(touch.lastSeenAt, changed.lastSeenAt ?? 0),
          idleExpiresAt: Math.max(touch.idleExpiresAt, changed.idleExpiresAt),
        }),
      });
      return { status: "updated", version: changed.version, renewed };
    },

    async delete(ref, { ifVersion } = {}) {
      const record = records.get(keyOf(ref));
      if (record === undefined) return "gone";
      if (ifVersion !== undefined && ifVersion !== record.version) return "conflict";
      records.delete(keyOf(ref));
      return "deleted";
    },

    async list(partition, now, { limit = 1_000, after = "", withData = false } = {}) {
      return liveIn(partition, now)
        .filter(({ handle }) => handle > after)
        .sort((a, b) => (a.handle < b.handle ? -1 : 1))
        .slice(0, limit)
        .map((record) => copyOf(withData ? record : { ...record, data: {} }));
    },

    async deleteAll(partition, now, { except } = {}) {
      notBefore.set(partition, now);
      const goers = liveIn(partition, now).filter(({ handle }) => handle !== except);
      for (const goer of goers) records.delete(keyOf(goer));
      return goers.map(({ handle }) => handle);
    },

    async sweep(now, limit) {
      const expired = [...records.values()].filter((record) => isExpired(record, now));
      const swept = expired.slice(0, limit);
      for (const record of swept) records.delete(keyOf(record));
      return swept.map((record) => copyOf({ ...record, data: {} }));
    },
  };
}

function keyOf({ partition, handle }: SessionRef): string {
  return `${partition}:${handle}`;
}

function copyOf(record: SessionRecord): SessionRecord {
  return structuredClone(record);
}

function isExpired({ expiresAt, idleExpiresAt }: SessionRecord, now: number): boolean {
  return now >= expiresAt || now >= idleExpiresAt;
}

function isAbandoned({ lastSeenAt, createdAt }: SessionRecord, now: number): boolean {
  return lastSeenAt === null && now - createdAt >= ABANDONED_AFTER;
}

/** The lowest goes first: those whose token never came back, then the least recently seen. */
function rank(record: SessionRecord, now: number): number {
  return isAbandoned(record, now) ? -1 : (record.lastSeenAt ?? record.createdAt);
}
