import type { Client } from "../client.ts";
import type { SessionData } from "../options.ts";
import { infoOf, type SessionInfo } from "../session-info.ts";
import type { SessionRef } from "../store.ts";
import type { Engine } from "./engine.ts";
import { decodeFacts } from "./facts.ts";
import { parseData } from "./live.ts";
import { intact, page } from "./list.ts";
import { revokeAll } from "./revoke.ts";

/** All that is kept about one user (GDPR articles 15 and 20): no token, no hash. */
export interface UserExport {
  readonly userId: string;
  readonly sessions: readonly ExportedSession[];
}

export interface ExportedSession extends SessionInfo {
  readonly data: SessionData;
}

const PAGE = 100;

export async function exportUser(
  engine: Engine,
  userId: string,
  client: Client | null,
): Promise<UserExport> {
  const partition = engine.partitionOf(userId);
  const sessions: ExportedSession[] = [];
  let after: string | null = null;
  do {
    const { records, next } = await page(engine, partition, PAGE, after, true);
    for (const record of records) {
      const exported = () => ({ ...infoOf(engine, record), data: parseData(record) });
      sessions.push(...intact(engine, record, exported));
    }
    after = next;
  } while (after !== null);
  engine.emit({ type: "user_exported", reason: null, handle: null, userId }, client);
  return { userId, sessions };
}

/** Removes it (article 17): sessions, and what finds them. Gives how many there were. */
export async function eraseUser(
  engine: Engine,
  userId: string,
  client: Client | null,
): Promise<number> {
  const entries = await entriesOf(engine, userId);
  const count = await revokeAll(engine, userId, {}, client);
  // Only now: a session that lives has to be found by its reference.
  for (const { name, ref } of entries) await engine.store.powers.references?.remove(name, [ref]);
  engine.emit({ type: "user_erased", reason: null, handle: null, userId }, client);
  return count;
}

/** By which references the user's sessions can be found, whether policies have ended them or not. */
async function entriesOf(
  { store, clock, partitionOf }: Engine,
  userId: string,
): Promise<{ name: string; ref: SessionRef }[]> {
  const partition = partitionOf(userId);
  const entries: { name: string; ref: SessionRef }[] = [];
  for (let after = ""; ;) {
    const options = { limit: PAGE, ...(after && { after }) };
    const records = await store.list(partition, clock.now(), options);
    for (const { handle, facts } of records) {
      const name = decodeFacts(facts)?.reference;
      if (name) entries.push({ name, ref: { partition, handle } });
    }
    if (records.length < PAGE) return entries;
    after = (records.at(-1) as SessionRef).handle;
  }
}
