import type { Client } from "../client.ts";
import type { SessionData } from "../options.ts";
import { infoOf, type SessionInfo } from "../session-info.ts";
import type { Engine } from "./engine.ts";
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

/** Removes it (article 17): sessions are all there is. Gives how many there were. */
export async function eraseUser(
  engine: Engine,
  userId: string,
  client: Client | null,
): Promise<number> {
  const count = await revokeAll(engine, userId, {}, client);
  engine.emit({ type: "user_erased", reason: null, handle: null, userId }, client);
  return count;
}
