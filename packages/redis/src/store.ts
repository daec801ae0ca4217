import {
  ABANDONED_AFTER,
  type Marks,
  NOT_BEFORE_KEPT,
  type Once,
  type PoweredStore,
  type References,
  type ReplicaTarget,
} from "@sojourn/core";
import type { RedisConnection } from "./connection.ts";
import { changeArgs } from "./internal/change.ts";
import { createExpiryIndex } from "./internal/expiry-index.ts";
import { CREATE, CREATE_LOGGED } from "./internal/lua/create.ts";
import { DELETE_ALL, DELETE_ALL_LOGGED } from "./internal/lua/delete-all.ts";
import { DELETE, DELETE_LOGGED } from "./internal/lua/delete.ts";
import { LIST } from "./internal/lua/list.ts";
import { READ } from "./internal/lua/read.ts";
import { UPDATE, UPDATE_LOGGED } from "./internal/lua/update.ts";
import { checkLayout } from "./internal/options.ts";
import { createMarks } from "./internal/powers/marks.ts";
import { createLog, type Log } from "./internal/powers/log.ts";
import { createOnce } from "./internal/powers/once.ts";
import { createReferences } from "./internal/powers/references.ts";
import { createReplica } from "./internal/powers/replica.ts";
import { pack, packTime, unpack, unpackEnvelope } from "./internal/record.ts";
import { corrupt, handles, parts, unexpected } from "./internal/replies.ts";
import { createScript } from "./internal/script.ts";
import type { LayoutOptions, ReplicableOptions } from "./layout-options.ts";

/** What one command on one key can do, whatever the connection. */
export interface LayoutPowers {
  readonly marks: Marks;
  readonly references: References;
  readonly once: Once;
}

interface MadePowers extends LayoutPowers {
  /** Where the store is `replicable`. */
  readonly replica?: ReplicaTarget;
}

export const DEFAULT_PREFIX = "sojourn:";

/** ms that a key outlives its last session, so that clocks need not agree to the millisecond. */
const SLACK = 60_000;

/** How many list entries there are unless asked otherwise. */
const LISTED = 1_000;

const readByServer = createScript(READ);
const list = createScript(LIST);

const plain = {
  create: createScript(CREATE),
  update: createScript(UPDATE),
  deleteIf: createScript(DELETE),
  deleteAll: createScript(DELETE_ALL),
};

const logged: typeof plain = {
  create: createScript(CREATE_LOGGED),
  update: createScript(UPDATE_LOGGED),
  deleteIf: createScript(DELETE_LOGGED),
  deleteAll: createScript(DELETE_ALL_LOGGED),
};

/**
 * The store over any connection. `durable`: the connection for the writes that a revocation's and a
 * login's promises hang on; default: the same one.
 */
export function createStore(
  connection: RedisConnection,
  options: LayoutOptions & ReplicableOptions = {},
  durable: RedisConnection = connection,
): PoweredStore<MadePowers> {
  checkLayout(options);
  const { prefix = DEFAULT_PREFIX, clock = "application", keepExpired } = options;
  // All of a partition's sessions are under one key: one hash slot, one atomic step.
  const keyOf = (partition: string) => `${prefix}{${partition}}`;
  const time = (now: number) => (clock === "server" ? "" : String(now));
  const slack = String(SLACK + (keepExpired ?? 0));
  const log = options.replicable === true ? createLog(prefix) : null;
  const { create, update, deleteIf, deleteAll } = log === null ? plain : telling(log);
  const index =
    keepExpired === undefined
      ? null
      : createExpiryIndex(connection, `${prefix}expiry`, keyOf, time, keepExpired);

  return {
    powers: {
      marks: createMarks(connection, durable, prefix),
      references: createReferences(connection, prefix, time),
      once: createOnce(durable, prefix, time),
      ...(log && { replica: createReplica(connection, durable, { log, slack, keyOf, time }) }),
    },

    async create(record, now, { limit, replaces = "" } = {}) {
      const { value, data } = pack(record);
      const deadline = Math.min(record.idleExpiresAt, record.expiresAt);
      // The index is not part of the step: what fails there costs an event, never a session.
      const indexed = index?.add(record, deadline, now);
      const reply = await create(durable, keyOf(record.partition), [
        record.handle,
        time(now),
        String(deadline),
        slack,
        value,
        data ?? "",
        packTime(record.authenticatedAt),
        replaces,
        limit === undefined ? "" : String(limit.max),
        limit?.onLimit === "refuse" ? "1" : "0",
        String(ABANDONED_AFTER),
      ]);
      await indexed;
      const [status, evicted] = parts(reply);
      if (status === "created") return { status, evicted: handles(evicted) };
      if (status === "exists" || status === "revoked" || status === "limit-reached") {
        return { status };
      }
      throw status === "corrupt" ? corrupt() : unexpected();
    },

    async read(ref, now) {
      const key = keyOf(ref.partition);
      const [value = null, data = null] = parts(
        clock === "server"
          ? await readByServer(connection, key, [ref.handle])
          : await connection.send(key, ["HMGET", key, ref.handle, `${ref.handle}.`]),
      );
      if (value === null) return null;
      const record = unpack(ref, value, data);
      const isLive = clock === "server" || (now < record.idleExpiresAt && now < record.expiresAt);
      return isLive ? record : null;
    },

    async update(ref, change, now, options = {}) {
      const isDurable = change.credential !== undefined || change.envelope !== undefined;
      const args = [ref.handle, time(now), slack, ...changeArgs(change, options)];
      const reply = await update(isDurable ? durable : connection, keyOf(ref.partition), args);
      const [status, first = null, second = null] = parts(reply);
      if (status === "updated") {
        return { status, version: Number(first), renewed: Number(second) === 1 };
      }
      if (status === "conflict") return { status, record: unpack(ref, first, second) };
      if (status === "too-large" || status === "gone") return { status };
      throw status === "corrupt" ? corrupt() : unexpected();
    },

    async delete(ref, { ifVersion } = {}) {
      const key = keyOf(ref.partition);
      if (ifVersion === undefined && log === null) {
        const removed = await durable.send(key, ["HDEL", key, ref.handle, `${ref.handle}.`]);
        if (typeof removed !== "number") throw unexpected();
        return removed > 0 ? "deleted" : "gone";
      }
      const version = ifVersion === undefined ? "" : String(ifVersion);
      const status = await deleteIf(durable, key, [ref.handle, version]);
      if (status === "deleted" || status === "conflict" || status === "gone") return status;
      throw status === "corrupt" ? corrupt() : unexpected();
    },

    async list(partition, now, { limit = LISTED, after = "", withData = false } = {}) {
      const args = [time(now), String(limit), after, withData ? "1" : "0"];
      const found = parts(await list(connection, keyOf(partition), args));
      const records = [];
      for (let i = 0; i < found.length; i += 3) {
        const ref = { partition, handle: String(found[i]) };
        const value = found[i + 1];
        records.push(withData ? unpack(ref, value, found[i + 2]) : unpackEnvelope(ref, value));
      }
      return records;
    },

    async deleteAll(partition, now, { except = "" } = {}) {
      const args = [time(now), except, String(NOT_BEFORE_KEPT)];
      return handles(await deleteAll(durable, keyOf(partition), args));
    },

    async sweep(now, limit) {
      return index === null ? [] : index.sweep(now, limit);
    },
  };
}

function telling(log: Log): typeof plain {
  return {
    create: log.telling(logged.create),
    update: log.telling(logged.update),
    deleteIf: log.telling(logged.deleteIf),
    deleteAll: log.telling(logged.deleteAll),
  };
}
