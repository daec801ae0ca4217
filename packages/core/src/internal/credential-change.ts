import type { Client } from "../client.ts";
import { SessionGoneError } from "../errors.ts";
import type { Engine } from "./engine.ts";
import type { Live } from "./live.ts";
import { revokeAll } from "./revoke.ts";
import { rotate } from "./update.ts";

/**
 * Everything but the current session goes, and that one is rotated first: a copy of its token must not
 * outlive the change either (CVE-2023-40273 is one of many where sessions did). A login that began
 * before is refused by the stamp which `deleteAll` leaves.
 */
export async function credentialChanged(
  engine: Engine,
  userId: string,
  current: Live | null,
  client: Client | null,
): Promise<number> {
  const except =
    current !== null && (await rotated(engine, current)) ? current.record.handle : undefined;
  return revokeAll(engine, userId, { except, reason: "credential-change" }, client);
}

/** False: it has ended, which is no reason to leave the others alive. */
async function rotated(engine: Engine, live: Live): Promise<boolean> {
  try {
    await rotate(engine, live);
    return true;
  } catch (error) {
    if (error instanceof SessionGoneError) return false;
    throw error;
  }
}
