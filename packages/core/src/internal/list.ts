import { CorruptRecordError } from "../errors.ts";
import type { SessionPage } from "../request-session.ts";
import { infoOf, type ListedSession } from "../session-info.ts";
import type { SessionRecord } from "../store.ts";
import type { Engine } from "./engine.ts";
import { isHandle } from "./revoke.ts";
import { expiredBy } from "../timeouts.ts";

const LONGEST_PAGE = 1_000;

export interface ListInput {
  readonly limit?: number | undefined;
  readonly after?: string | undefined;
  /** The handle of the session that asks. */
  readonly current?: string | undefined;
}

/** A page of a user's live sessions. */
export async function list(
  engine: Engine,
  userId: string,
  { limit = 100, after, current }: ListInput = {},
): Promise<SessionPage> {
  const partition = engine.partitionOf(userId);
  // Both may well come from a query string: what no page begins after has no next page.
  if (after !== undefined && !isHandle(after)) return { sessions: [], next: null };
  const most = Math.min(Math.max(Math.trunc(limit) || 1, 1), LONGEST_PAGE);
  const { records, next } = await page(engine, partition, most, after);
  const sessions = records.flatMap((record) => listed(engine, record, current));
  return { sessions: sessions.sort((a, b) => seenAt(b) - seenAt(a)), next };
}

/** The records of a page that are alive by the policies in force, and where the next one begins. */
export async function page(
  engine: Engine,
  partition: string,
  limit: number,
  after: string | null | undefined,
  withData = false,
): Promise<{ records: SessionRecord[]; next: string | null }> {
  await engine.epoch.look();
  const options = { limit, withData, ...(after && { after }) };
  const records = await engine.store.list(partition, engine.clock.now(), options);
  const now = engine.clock.now();
  const alive = records.filter(
    (record) =>
      expiredBy(record, engine.policyOf(record), now) === null && !engine.epoch.ended(record),
  );
  const last = records.at(-1);
  return { records: alive, next: last && records.length === limit ? last.handle : null };
}

function listed(engine: Engine, record: SessionRecord, current?: string): ListedSession[] {
  return intact(engine, record, () => ({
    ...infoOf(engine, record),
    current: record.handle === current,
  }));
}

/** One that is damaged is left out, and an event says so. */
export function intact<T>(engine: Engine, record: SessionRecord, tell: () => T): T[] {
  try {
    return [tell()];
  } catch (error) {
    if (!(error instanceof CorruptRecordError)) throw error;
    const { handle, userId } = record;
    engine.emit({ type: "record_corrupt", reason: null, handle, userId });
    return [];
  }
}

function seenAt({ lastSeenAt, createdAt }: ListedSession): number {
  return lastSeenAt ?? createdAt;
}
