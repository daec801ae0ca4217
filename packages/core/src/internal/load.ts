import { CorruptRecordError } from "../errors.ts";
import type { RefusalReason } from "../events.ts";
import type { SessionRecord } from "../store.ts";
import { expiredBy, idleDeadline, touchDue } from "../timeouts.ts";
import {
  confirm,
  type Credential,
  decodeCredential,
  encodeCredential,
  standing,
} from "./credential.ts";
import type { Engine, WaitUntil } from "./engine.ts";
import { corrupt, hold, type Live } from "./live.ts";
import type { OpenedToken } from "./token.ts";

/** A token that opened, to the session it opens: one round trip. Null: nobody, and an event says why. */
export async function load(
  engine: Engine,
  opened: OpenedToken,
  arrivedAt: number,
): Promise<Live | null> {
  const now = engine.clock.now();
  if (now - opened.mintedAt >= engine.timeouts.longestAbsolute) return refuse(engine, "outlived");
  const { handle } = opened.ref;
  try {
    const record = await engine.store.read(opened.ref, now);
    if (record === null) return refuse(engine, "gone", handle);
    assertIntact(record, opened);
    if (!(await admits(engine, record, opened.hash, arrivedAt))) return null;
    return await hold(engine, record, opened.hash, arrivedAt);
  } catch (error) {
    if (!(error instanceof CorruptRecordError)) throw error;
    engine.emit({ type: "record_corrupt", reason: null, handle, userId: null });
    return null;
  }
}

/** Whether the secret opens the record now. A theft or an expiry that only shows here ends the session. */
export async function admits(
  engine: Engine,
  record: SessionRecord,
  hash: string,
  arrivedAt: number,
): Promise<boolean> {
  const { handle, userId } = record;
  const policy = engine.policyOf(record);
  const verdict = standing(credentialOf(record), hash, arrivedAt, policy.grace);
  if (verdict === "unknown") {
    refuse(engine, "unknown-secret", handle, userId);
    return false;
  }
  if (verdict === "reused") {
    engine.emit({ type: "token_reuse", reason: engine.onReuse, handle, userId });
    if (engine.onReuse === "revoke") {
      await engine.store.delete(record);
      engine.emit({ type: "session_revoked", reason: "reuse", handle, userId });
    }
    return false;
  }
  const reason = expiredBy(record, policy, engine.clock.now());
  if (reason !== null) {
    // The store goes by the deadlines it holds; a timeout that was shortened since ends it here.
    await engine.store.delete(record);
    engine.emit({ type: "session_expired", reason, handle, userId });
    return false;
  }
  return true;
}

/** A store may be written to by others. A user's token for a record without a user is none of ours. */
function assertIntact(record: SessionRecord, { kind, ref }: OpenedToken): void {
  const { createdAt, idleExpiresAt, expiresAt, userId, credential, data } = record;
  const intact =
    [createdAt, idleExpiresAt, expiresAt].every(Number.isFinite) &&
    (kind === "user") === (typeof userId === "string") &&
    typeof credential === "string" &&
    typeof data === "object" &&
    data !== null &&
    Object.values(data).every((text) => typeof text === "string") &&
    record.handle === ref.handle &&
    record.partition === ref.partition;
  if (!intact) throw corrupt();
}

/**
 * The request reads the session: that is activity. Writes the last-seen time where it is due, and the
 * first sight of a renewed secret, without letting the response wait.
 */
export function noteActivity(engine: Engine, live: Live, waitUntil: WaitUntil | undefined): void {
  if (live.active) return;
  live.active = true;
  if (live.state !== "open" || live.unborn !== null) return;
  const { record, presented, arrivedAt } = live;
  const policy = engine.policyOf(record);
  const now = engine.clock.now();
  const credential = credentialOf(record);
  const confirmed = confirm(credential, presented, arrivedAt, policy.grace);
  const due = touchDue(record, policy, now);
  if (confirmed === credential && !due) return;
  const change = {
    touch: { lastSeenAt: now, idleExpiresAt: idleDeadline(record, policy, now) },
    ...(confirmed !== credential && {
      credential: { from: record.credential, to: encodeCredential(confirmed) },
    }),
  };
  const written = engine.store.update(record, change, now).then((outcome) => {
    if (outcome.status !== "updated") return;
    live.record = { ...live.record, lastSeenAt: now, idleExpiresAt: change.touch.idleExpiresAt };
    if (change.credential !== undefined && outcome.renewed) {
      live.record = { ...live.record, credential: change.credential.to };
    }
  });
  live.noted = written.catch(() => {});
  engine.inBackground(written, waitUntil);
}

export function credentialOf(record: SessionRecord): Credential {
  const credential = decodeCredential(record.credential);
  if (credential === null) throw corrupt();
  return credential;
}

export function refuse(
  engine: Engine,
  reason: RefusalReason,
  handle: string | null = null,
  userId: string | null = null,
): null {
  engine.emit({ type: "token_refused", reason, handle, userId });
  return null;
}
