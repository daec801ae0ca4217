import {
  type ListOptions,
  type ReplicaState,
  type SessionRecord,
  type SessionRef,
  type Store,
  StoreUnavailableError,
} from "@sojourn/core";
import type { Settings } from "../options.ts";
import type { Member } from "./member.ts";
import { mergeAll } from "./merge.ts";
import { promotedAt } from "./promoted.ts";
import { askMajority } from "./quorum.ts";

export type Failover = Pick<Store, "read" | "list">;

/** How many list entries there are unless asked otherwise. */
const LISTED = 1_000;

/**
 * Reads while the primary is away: a majority of all stores is asked, and the newest state stands, a
 * tombstone over anything. Whatever a majority has acknowledged, one of those that answer knows.
 */
export function createFailover(replicas: readonly Member[], settings: Settings): Failover {
  const needed = settings.acceptStale ? 1 : settings.majority;

  async function ask<Answer>(question: (member: Member) => Promise<Answer>): Promise<Answer[]> {
    if (replicas.length < needed) {
      throw new StoreUnavailableError(
        'The primary is away, and one replica is no majority. onStale: "accept" would read it all the same.',
      );
    }
    const asked = (member: Member) => Promise.all([question(member), promotedAt(member)]);
    const answers = await askMajority(
      replicas,
      needed,
      asked,
      (some) => lookedThrough(some).length >= needed,
    );
    return lookedThrough(answers).map(([answer]) => answer);
  }

  /** The live ones among the records at these handles. */
  async function liveAt(
    partition: string,
    handles: readonly string[],
    now: number,
  ): Promise<SessionRecord[]> {
    const answers = await ask(({ replica }) => replica.states(partition, handles, now));
    return [...mergeAll(answers.flat()).values()].flatMap((state) => liveRecord(state, now));
  }

  async function read({ partition, handle }: SessionRef, now: number) {
    const [record = null] = await liveAt(partition, [handle], now);
    return record;
  }

  async function list(
    partition: string,
    now: number,
    { limit = LISTED, after, withData = false }: ListOptions = {},
  ): Promise<SessionRecord[]> {
    const records: SessionRecord[] = [];
    let from = after;
    while (records.length < limit) {
      const options = { limit, ...(from !== undefined && { after: from }) };
      const pages = await ask(({ store }) => store.list(partition, now, options));
      // Beyond the end of a page that is full, that replica may have more.
      const full = pages.filter((page) => page.length >= limit);
      const end = least(full.map((page) => page.at(-1)?.handle));
      const handles = new Set(pages.flat().map(({ handle }) => handle));
      const within = [...handles].filter((handle) => end === undefined || handle <= end);
      if (within.length > 0) records.push(...(await liveAt(partition, within, now)));
      if (end === undefined) break;
      from = end;
    }
    records.sort((a, b) => (a.handle < b.handle ? -1 : 1));
    return records.slice(0, limit).map((record) => (withData ? record : { ...record, data: {} }));
  }

  return { read, list };
}

/**
 * Those that hold nothing which was left behind in the latest promotion: what only an old primary had
 * may have been ended since, and nobody could tell it.
 */
function lookedThrough<Answer>(
  answers: readonly (readonly [Answer, number])[],
): readonly (readonly [Answer, number])[] {
  const latest = Math.max(...answers.map(([, at]) => at));
  return answers.filter(([, at]) => at === latest);
}

function liveRecord(state: ReplicaState, now: number): SessionRecord[] {
  if (state.kind !== "record") return [];
  const { record } = state;
  return now < record.expiresAt && now < record.idleExpiresAt ? [record] : [];
}

function least(handles: readonly (string | undefined)[]): string | undefined {
  const known = handles.filter((handle) => handle !== undefined);
  return known.reduce<string | undefined>(
    (first, handle) => (first === undefined || handle < first ? handle : first),
    undefined,
  );
}
