import {
  ConfigurationError,
  dataSize,
  type PoweredStore,
  StoreFullError,
  type StorePowers,
  systemClock,
} from "@sojourn/core";
import { apply, conflicts, merged } from "./internal/change.ts";
import { memoryChannel } from "./internal/channel.ts";
import { Journal } from "./internal/journal.ts";
import { yielding } from "./internal/limit.ts";
import { memoryMarks } from "./internal/marks.ts";
import { memoryOnce } from "./internal/once.ts";
import { memoryReferences } from "./internal/references.ts";
import { memoryReplica } from "./internal/replica.ts";
import { STAMP_KEPT, Stamps } from "./internal/stamps.ts";
import { Table } from "./internal/table.ts";

export interface MemoryStoreOptions {
  /**
   * How many sessions the store holds at most; default: as many as memory does. When it is full,
   * expired ones go, then the anonymous ones that were seen least recently. When all are users', a
   * `create` rejects with `StoreFullError`.
   */
  readonly maxSessions?: number;
  /**
   * Whether the store can be copied, and be a copy: it has the power `replica` then, and keeps a journal
   * of what changed and of what was ended. Default false.
   */
  readonly replicable?: boolean;
}

/** How many list entries there are unless asked otherwise. */
const LISTED = 1_000;

/** ms that an expired record is left for whoever sweeps. Then the next writes clear it away. */
const LEFT_FOR_SWEEP = 60_000;

/** How many a write clears away. Two, when it adds one: what has expired never piles up. */
const CLEARED_PER_WRITE = 2;

/** How many a sweep removes before it lets requests have their turn: a millisecond or so. */
const SWEPT_AT_ONCE = 100;

export type MemoryStore = PoweredStore<Required<Omit<StorePowers, "replica">>>;

export type ReplicableMemoryStore = PoweredStore<Required<StorePowers>>;

/**
 * A store in the memory of this process. Sessions end with it, and no other process sees them.
 *
 * Each operation is one synchronous step, so that no two can interleave; a sweep of many is several,
 * between which others run. There is no timer: writes clear away what expired, a bounded number each.
 */
export function memoryStore(
  options: MemoryStoreOptions & { readonly replicable: true },
): ReplicableMemoryStore;
export function memoryStore(options?: MemoryStoreOptions): MemoryStore;
export function memoryStore({
  maxSessions = Infinity,
  replicable = false,
}: MemoryStoreOptions = {}): MemoryStore {
  if (maxSessions !== Infinity && !(Number.isSafeInteger(maxSessions) && maxSessions > 0)) {
    throw new ConfigurationError(
      `maxSessions is ${String(maxSessions)}. Write a whole number from 1 up, or leave it out for no bound.`,
    );
  }
  const journal = replicable ? new Journal() : undefined;
  const table = new Table(journal);
  const { rows, partitions } = table;
  const stamps = new Stamps();

  function liveOf(partition: string, now: number): readonly number[] {
    return partitions.rowsOf(partition).filter((row) => table.isLive(row, now));
  }

  function clearAway(now: number): void {
    stamps.age(now);
    for (let cleared = 0; cleared < CLEARED_PER_WRITE; cleared++) {
      const row = table.firstExpired(now - LEFT_FOR_SWEEP);
      if (row === undefined) return;
      table.remove(row);
    }
  }

  function makeRoom(now: number): void {
    if (rows.count < maxSessions) return;
    const row = table.firstExpired(now) ?? table.firstAnonymous;
    if (row === undefined) {
      throw new StoreFullError(
        `All ${maxSessions} sessions that the store may hold are users'. Raise maxSessions, or shorten the timeouts.`,
      );
    }
    table.remove(row);
  }

  /** Before a record is added. */
  function prepare(now: number): void {
    clearAway(now);
    makeRoom(now);
  }

  return {
    async create(record, now, { limit, replaces } = {}) {
      const { partition, authenticatedAt } = record;
      clearAway(now);
      const taken = partitions.find(record);
      if (taken !== undefined && table.isLive(taken, now)) return { status: "exists" };
      if (authenticatedAt !== null && authenticatedAt <= stamps.get(partition)) {
        return { status: "revoked" };
      }
      const replaced =
        replaces === undefined ? undefined : partitions.find({ partition, handle: replaces });
      const others = () => liveOf(partition, now).filter((row) => row !== replaced);
      const victims = limit === undefined ? [] : yielding(rows, others(), limit, now);
      if (victims === null) return { status: "limit-reached" };

      const evicted = victims.map((row) => rows.handle(row));
      if (taken !== undefined) table.remove(taken);
      for (const row of new Set([...victims, replaced])) {
        if (row !== undefined && row !== taken) table.end(row);
      }
      makeRoom(now);
      table.add(record);
      journal?.wrote(record, now);
      return { status: "created", evicted };
    },

    async read(ref, now) {
      const row = table.findLive(ref, now);
      return row === undefined ? null : rows.record(row, true);
    },

    async update(ref, change, now, options = {}) {
      clearAway(now);
      const row = table.findLive(ref, now);
      if (row === undefined) return { status: "gone" };
      if (conflicts(rows, row, change, options)) {
        return { status: "conflict", record: rows.record(row, true) };
      }
      const data = merged(rows.data(row), change);
      if (options.maxBytes !== undefined && dataSize(data) > options.maxBytes) {
        return { status: "too-large" };
      }
      rows.setData(row, data);
      const renewed = apply(rows, row, change);
      table.moved(row);
      journal?.wrote(ref, now);
      return { status: "updated", version: rows.version(row), renewed };
    },

    async delete(ref, { ifVersion } = {}) {
      const row = partitions.find(ref);
      if (row === undefined) return "gone";
      if (ifVersion !== undefined && ifVersion !== rows.version(row)) return "conflict";
      table.end(row);
      return "deleted";
    },

    async list(partition, now, { limit = LISTED, after, withData = false } = {}) {
      const live = liveOf(partition, now);
      const from = after === undefined ? 0 : partitions.indexFrom(live, `${after}\0`);
      return live.slice(from, from + limit).map((row) => rows.record(row, withData));
    },

    async deleteAll(partition, now, { except } = {}) {
      stamps.set(partition, now);
      journal?.stamp(partition, now + STAMP_KEPT);
      const going = liveOf(partition, now).filter((row) => rows.handle(row) !== except);
      const handles = going.map((row) => rows.handle(row));
      for (const row of going) table.end(row);
      return handles;
    },

    async sweep(now, limit) {
      const swept = [];
      while (swept.length < limit) {
        const row = table.firstExpired(now);
        if (row === undefined) break;
        swept.push(rows.record(row, false));
        table.remove(row);
        const more = swept.length < limit;
        if (more && swept.length % SWEPT_AT_ONCE === 0) await systemClock.sleep(0);
      }
      return swept;
    },

    powers: {
      marks: memoryMarks(),
      references: memoryReferences(),
      once: memoryOnce(),
      channel: memoryChannel(),
      ...(journal && { replica: memoryReplica(table, stamps, journal, prepare) }),
    },
  };
}
