import {
  type ChangesOutcome,
  CorruptRecordError,
  NOT_BEFORE_KEPT,
  type ReplicaState,
  type ReplicaTarget,
  type SessionRef,
  type SessionState,
} from "@sojourn/core";
import type { RedisConnection, RedisReply } from "../../connection.ts";
import { APPLY, APPLY_STAMP, CHANGES, STATES } from "../lua/replica.ts";
import { refOf } from "../member.ts";
import { pack, unpack } from "../record.ts";
import { parts } from "../replies.ts";
import { createScript } from "../script.ts";
import type { Log } from "./log.ts";

/** ms for which a log is kept that nothing else keeps: who goes on from it does so within a day. */
const LOG_KEPT = 86_400_000;

/** What a script gives of one handle. */
const FIELDS = 4;

const statesAt = createScript(STATES);
const APPLY_SESSION = createScript(APPLY);
const APPLY_STAMP_TO = createScript(APPLY_STAMP);
const changes = createScript(CHANGES);

export interface ReplicaOptions {
  readonly log: Log;
  readonly slack: string;
  keyOf(partition: string): string;
  time(now: number): string;
}

/** What is at some handles of a partition. */
interface Found {
  readonly stamp: ReplicaState | null;
  /** Null: nothing. It may also throw, for what is no record. */
  at(handle: string): SessionState | null;
}

/** `durable`: for what is applied. */
export function createReplica(
  connection: RedisConnection,
  durable: RedisConnection,
  { log, slack, keyOf, time }: ReplicaOptions,
): ReplicaTarget {
  const applySession = log.telling(APPLY_SESSION);
  const applyStamp = log.telling(APPLY_STAMP_TO);

  async function find(partition: string, handles: readonly string[], now: number): Promise<Found> {
    const args = [time(now), ...handles];
    const [judgedAt = null, notBefore = null, ...fields] = parts(
      await statesAt(connection, keyOf(partition), args),
    );
    return {
      stamp:
        notBefore === null ? null : { kind: "not-before", partition, notBefore: Number(notBefore) },
      at(handle) {
        const from = FIELDS * handles.indexOf(handle);
        const ref = { partition, handle };
        return stateOf(ref, fields.slice(from, from + FIELDS), Number(judgedAt));
      },
    };
  }

  async function apply(state: ReplicaState, now: number): Promise<number> {
    if (state.kind === "not-before") {
      const { partition, notBefore } = state;
      const args = [time(now), String(notBefore), String(NOT_BEFORE_KEPT)];
      return Number(await applyStamp(durable, keyOf(partition), args));
    }
    const isRecord = state.kind === "record";
    const { partition, handle } = isRecord ? state.record : state.ref;
    const { expiresAt } = isRecord ? state.record : state;
    const { value, data } = isRecord
      ? pack(state.record, state.record.version)
      : { value: "", data: null };
    const revision = isRecord ? String(state.revision) : "";
    const args = [time(now), slack, handle, String(expiresAt), value, data ?? "", revision];
    return Number(await applySession(durable, keyOf(partition), args));
  }

  /** What is there now at members of the log. */
  async function look(members: readonly string[], now: number): Promise<ReplicaState[]> {
    const byPartition = groupBy(members.map(refOf), ({ partition }) => partition);
    const looks = Array.from(byPartition, async ([partition, refs]) => {
      const handles = refs.map(({ handle }) => handle).filter((handle) => handle !== "");
      const found = await find(partition, handles, now);
      const states: (ReplicaState | null)[] = handles.map((handle) => readable(found, handle));
      if (refs.length > handles.length) states.push(found.stamp);
      return states.filter((state) => state !== null);
    });
    return (await Promise.all(looks)).flat();
  }

  return {
    async states(partition, handles, now) {
      const found = await find(partition, handles, now);
      const states = [...handles.map((handle) => found.at(handle)), found.stamp];
      return states.filter((state) => state !== null);
    },

    async apply(states, now) {
      // In order within a partition, where one may meet another.
      const byPartition = groupBy(states, partitionOf);
      const counts = Array.from(byPartition.values(), async (some) => {
        let changed = 0;
        for (const state of some) changed += await apply(state, now);
        return changed;
      });
      return (await Promise.all(counts)).reduce((sum, count) => sum + count, 0);
    },

    async changesSince(cursor, limit, now): Promise<ChangesOutcome> {
      const from = cursor === null ? ["", ""] : placeOf(cursor);
      if (from === null) return { status: "too-old" };
      const args = [...from, String(limit), String(LOG_KEPT)];
      const [name = null, last = null, ...found] = parts(await log.read(changes, connection, args));
      if (name === null) return { status: "too-old" };
      const members = found.filter((_, i) => i % 2 === 0).map(String);
      // The log's own name is its last member.
      const more = members.at(-1)?.startsWith("!") !== true;
      if (!more) members.pop();
      const next = more ? found.at(-1) : last;
      return {
        status: "changes",
        changes: await look(members, now),
        next: `${name}.${next}`,
        more,
      };
    },
  };
}

function stateOf(
  ref: SessionRef,
  [value = null, data = null, revision = null, tombstone = null]: readonly RedisReply[],
  now: number,
): SessionState | null {
  if (tombstone !== null) {
    const expiresAt = Number(tombstone);
    if (now < expiresAt) return { kind: "tombstone", ref, expiresAt };
  }
  if (value === null) return null;
  const record = unpack(ref, value, data);
  if (now >= record.idleExpiresAt || now >= record.expiresAt) return null;
  // One from before the log was kept has none.
  return { kind: "record", record, revision: Number(revision ?? 0) };
}

/** What is no record cannot be copied, and must not keep all else from being copied. */
function readable({ at }: Found, handle: string): SessionState | null {
  try {
    return at(handle);
  } catch (error) {
    if (error instanceof CorruptRecordError) return null;
    throw error;
  }
}

function partitionOf(state: ReplicaState): string {
  if (state.kind === "record") return state.record.partition;
  return state.kind === "tombstone" ? state.ref.partition : state.partition;
}

/** A cursor taken apart: the log's name, and a place in it. */
function placeOf(cursor: string): readonly [string, string] | null {
  const [name = "", place = ""] = cursor.split(".");
  const isPlace = /^(?:0|[1-9]\d{0,15})$/.test(place);
  return name !== "" && isPlace && cursor === `${name}.${place}` ? [name, place] : null;
}

function groupBy<Item>(items: readonly Item[], keyOf: (item: Item) => string): Map<string, Item[]> {
  const groups = new Map<string, Item[]>();
  for (const item of items) {
    const key = keyOf(item);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [item]);
    else group.push(item);
  }
  return groups;
}
