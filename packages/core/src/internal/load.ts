import type { Client } from "../client.ts";
import { CorruptRecordError, SessionGoneError } from "../errors.ts";
import type { RefusalReason } from "../events.ts";
import type { RequestFacts } from "../exchange.ts";
import type { SessionRecord, SessionRef } from "../store.ts";
import { deadlinesInForce, expiredBy, idleDeadline, touchDue } from "../timeouts.ts";
import { confirm, type Credential, encodeCredential, hashesOf, standing } from "./credential.ts";
import type { Engine, WaitUntil } from "./engine.ts";
import { changeFacts } from "./change-facts.ts";
import type { Facts } from "./facts.ts";
import { answerMismatch, mismatch } from "./fits-client.ts";
import { corrupt, credentialOf, factsOf, hold, type Live, lockOf, whoOf } from "./live.ts";
import type { OpenedToken } from "./token.ts";

/** A token that opened, to the session it opens: one round trip. Null: nobody, and an event says why. */
export async function load(
  engine: Engine,
  opened: OpenedToken,
  arrivedAt: number,
  client: Client | null,
  facts: Pick<RequestFacts, "closed" | "waitUntil"> = {},
): Promise<Live | null> {
  const now = engine.clock.now();
  if (now - opened.mintedAt >= engine.timeouts.longestAbsolute) {
    return refuse(engine, "outlived", client);
  }
  const { handle } = opened.ref;
  try {
    const record = await readSession(engine, opened.ref, now);
    if (record === null) return refuse(engine, "gone", client, handle);
    assertIntact(record, opened);
    const credential = credentialOf(record);
    const refused = refusal(engine, record, credential, opened.hash, arrivedAt);
    if (refused !== null) {
      await turnAway(engine, record, refused, client);
      return null;
    }
    const live = await hold(engine, record, opened.hash, arrivedAt, {
      client,
      closed: facts.closed,
      credential,
    });
    if (live.lock === "idle") {
      engine.emit({ type: "session_locked", reason: "idle", ...whoOf(record) }, client);
    }
    const part = mismatch(engine, live);
    return part === null || (await answerMismatch(engine, live, part, facts.waitUntil))
      ? live
      : null;
  } catch (error) {
    if (!(error instanceof CorruptRecordError)) throw error;
    engine.emit({ type: "record_corrupt", reason: null, handle, userId: null }, client);
    return null;
  }
}

/** The record, unless everyone was revoked since. Whether that is so is looked up beside the read. */
export function readSession(
  engine: Engine,
  ref: SessionRef,
  now: number,
): Promise<SessionRecord | null> {
  const looking = engine.epoch.look();
  const reading = engine.store.read(ref, now);
  // Most often there is neither anything to wait for nor a mark.
  return looking === null && !engine.epoch.begun ? reading : unlessEnded(engine, reading, looking);
}

async function unlessEnded(
  { epoch }: Engine,
  reading: Promise<SessionRecord | null>,
  looking: Promise<void> | null,
): Promise<SessionRecord | null> {
  // If the read fails, that is the error to be told.
  looking?.catch(() => {});
  const record = await reading;
  await looking;
  return record === null || epoch.ended(record) ? null : record;
}

/** Why a secret does not open a record. */
type Refusal = "unknown" | "reused" | "idle" | "absolute";

/** Null: it opens it, now. */
export function refusal(
  engine: Engine,
  record: SessionRecord,
  credential: Credential,
  hash: string,
  arrivedAt: number,
): Refusal | null {
  const policy = engine.policyOf(record);
  const verdict = standing(credential, hash, arrivedAt, policy.grace);
  if (verdict === "unknown" || verdict === "reused") return verdict;
  return expiredBy(record, policy, engine.clock.now());
}

/** Tells it, and ends the session where a theft or an expiry only shows here. */
export async function turnAway(
  engine: Engine,
  record: SessionRecord,
  reason: Refusal,
  client: Client | null,
): Promise<void> {
  if (reason === "unknown") {
    engine.emit({ type: "token_refused", reason: "unknown-secret", ...whoOf(record) }, client);
  } else if (reason === "reused") {
    engine.emit({ type: "token_reuse", reason: engine.onReuse, ...whoOf(record) }, client);
    if (engine.onReuse === "revoke") {
      const revoked = { type: "session_revoked", reason: "reuse", ...whoOf(record) } as const;
      // Of many who find it at once, the one who ends it tells.
      if ((await engine.store.delete(record)) === "deleted") engine.ended(record, revoked, client);
    }
  } else {
    // The store goes by the deadlines it holds; a timeout that was shortened since ends it here.
    const expired = { type: "session_expired", reason, ...whoOf(record) } as const;
    if ((await engine.store.delete(record)) === "deleted") engine.ended(record, expired, client);
  }
}

/**
 * For a connection that stays open: the secrets under which it may go on, and until when. Null: the
 * session has ended or is locked, or none of the secrets that the connection knew is remembered any more.
 */
export async function standsStill(
  engine: Engine,
  ref: SessionRef,
  known: ReadonlySet<string>,
): Promise<{ readonly known: ReadonlySet<string>; readonly idleAt: number } | null> {
  const now = engine.clock.now();
  const record = await readSession(engine, ref, now);
  if (record === null) return null;
  const policy = engine.policyOf(record);
  if (expiredBy(record, policy, now) !== null) return null;
  if (lockOf(engine, record, factsOf(record)) !== null) return null;
  const hashes = hashesOf(credentialOf(record));
  if (!hashes.some((hash) => known.has(hash))) return null;
  return { known: new Set(hashes), idleAt: deadlinesInForce(record, policy).idleExpiresAt };
}

/** A store may be written to by others. A user's token for a record without a user is none of ours. */
export function assertIntact(record: SessionRecord, { kind, ref }: OpenedToken): void {
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
  const { record, presented, arrivedAt, client } = live;
  const policy = engine.policyOf(record);
  const now = engine.clock.now();
  const { credential } = live;
  const confirmed = confirm(credential, presented, arrivedAt, policy.grace);
  const due = touchDue(record, policy, now);
  if (confirmed === credential && !due) return;
  const change = {
    touch: { lastSeenAt: now, idleExpiresAt: idleDeadline(record, policy, now) },
    ...(confirmed !== credential && {
      credential: { from: record.credential, to: encodeCredential(confirmed) },
    }),
  };
  if (due) engine.emit({ type: "session_accessed", reason: null, ...whoOf(record) }, client);
  const written = engine.store.update(record, change, now).then((outcome) => {
    if (outcome.status !== "updated") return;
    live.record = { ...live.record, lastSeenAt: now, idleExpiresAt: change.touch.idleExpiresAt };
    if (change.credential !== undefined && outcome.renewed) {
      live.record = { ...live.record, credential: change.credential.to };
    }
  });
  live.noted = written.catch(() => {});
  engine.inBackground(due ? written.then(() => noteClient(engine, live)) : written, waitUntil);
}

/** Where the user was seen last. */
async function noteClient(engine: Engine, live: Live): Promise<void> {
  const { client, facts, record } = live;
  if (client === null || record.userId === null) return;
  const kept = engine.clients.keep(client);
  const same = ({ client: noted }: Facts) =>
    (noted?.address ?? null) === kept.address && (noted?.userAgent ?? null) === kept.userAgent;
  if (same(facts)) return;
  try {
    await changeFacts(engine, live, (noted) => ({ ...noted, client: kept }), { unless: same });
  } catch (error) {
    // It has ended, or its secret has changed, since it was read: whoever did that noted the client.
    if (!(error instanceof SessionGoneError)) throw error;
  }
}

export function refuse(
  engine: Engine,
  reason: RefusalReason,
  client: Client | null,
  handle: string | null = null,
): null {
  engine.emit({ type: "token_refused", reason, handle, userId: null }, client);
  return null;
}
