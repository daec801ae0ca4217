import type { SessionRecord, SessionRef } from "@sojourn/core";
import type { RedisConnection } from "../connection.ts";
import { CLAIM, EXPIRE, INDEX } from "./lua/expiry.ts";
import { memberOf, refOf } from "./member.ts";
import { unpackEnvelope } from "./record.ts";
import { parts } from "./replies.ts";
import { createScript } from "./script.ts";

const addTo = createScript(INDEX);
const claim = createScript(CLAIM);
const expire = createScript(EXPIRE);

/**
 * Deadlines in order, for whoever wants to know what expired. It knows the deadline that a session had
 * when it was created; only when that has come is it compared with the record. So a session costs one
 * write here, however often it is touched, and none when it ends early.
 */
export function createExpiryIndex(
  connection: RedisConnection,
  key: string,
  keyOf: (partition: string) => string,
  time: (now: number) => string,
  keptFor: number,
): {
  add(ref: SessionRef, deadline: number, now: number): Promise<void>;
  sweep(now: number, limit: number): Promise<SessionRecord[]>;
} {
  async function add(ref: SessionRef, deadline: number, now: number): Promise<void> {
    const args = [time(now), String(deadline), memberOf(ref), String(keptFor)];
    try {
      await addTo(connection, key, args);
    } catch {
      // The session expires all the same; nobody is told.
    }
  }

  /** Each member goes to one caller only: from here on it is this one's to look after. */
  async function claimed(now: number, limit: number): Promise<SessionRef[]> {
    return parts(await claim(connection, key, [time(now), String(limit)])).map(refOf);
  }

  async function expired(ref: SessionRef, now: number): Promise<SessionRecord | null> {
    const args = [ref.handle, time(now)];
    const [status, rest = null] = parts(await expire(connection, keyOf(ref.partition), args));
    if (status === "live") await add(ref, Number(rest), now);
    return status === "expired" ? unpackEnvelope(ref, rest) : null;
  }

  async function sweep(now: number, limit: number): Promise<SessionRecord[]> {
    const found: SessionRecord[] = [];
    while (found.length < limit) {
      const refs = await claimed(now, limit - found.length);
      if (refs.length === 0) break;
      const records = await Promise.all(refs.map((ref) => expired(ref, now)));
      found.push(...records.filter((record) => record !== null));
    }
    return found;
  }

  return { add, sweep };
}
