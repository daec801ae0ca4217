import { ConflictError, SessionGoneError } from "../errors.ts";
import type { SessionChange, SessionRecord } from "../store.ts";
import { confirm, type Credential, encodeCredential, renewalDue, renewed } from "./credential.ts";
import { insert, type Unborn } from "./create.ts";
import { type Changes, textAt } from "./draft.ts";
import type { Engine } from "./engine.ts";
import { applied, checkedChanges, type Live, tooLarge, whoOf } from "./live.ts";

export interface CommitOptions {
  /** Whether the handler's changes are saved: not after a failure. */
  readonly save: boolean;
  /** Whether a renewal may take place, and need not be due. */
  readonly renew: "never" | "when-due" | "now";
  /** Whether an anonymous session is stored though nothing was written to it. */
  readonly always?: boolean;
}

/**
 * Writes what changed, and renews where that is due: one round trip, or none. A new token is then in
 * `live.token`. Throws `ConflictError`, `SessionGoneError`, `TooLargeError`, `InvalidDataError`.
 */
export async function commit(engine: Engine, live: Live, options: CommitOptions): Promise<void> {
  if (!owes(engine, live, options)) return;
  const before = live.committing;
  const committed =
    before === null
      ? write(engine, live, options)
      : before.then(() => write(engine, live, options));
  live.committing = committed.catch(() => {});
  return committed;
}

/** Whether there may be something to write. Of most requests nothing is: they have only read. */
function owes(engine: Engine, live: Live, { save, renew, always = false }: CommitOptions): boolean {
  if (live.committing !== null) return true;
  if (live.state !== "open") return false;
  if (save && live.touched) return true;
  if (live.unborn !== null) return always;
  return renew !== "never" && renewable(engine, live, renew) !== null;
}

async function write(engine: Engine, live: Live, options: CommitOptions): Promise<void> {
  if (live.state !== "open") return;
  const changes = options.save ? await checkedChanges(engine, live) : null;
  if (live.unborn !== null) {
    if (changes !== null || options.always) await bear(engine, live, live.unborn, changes);
    return;
  }
  const renewal =
    options.renew === "never" ? null : await prepareRenewal(engine, live, options.renew);
  if (changes === null && renewal === null) return;

  const outcome = await engine.store.update(
    live.record,
    { ...(changes !== null && guarded(engine, changes)), ...renewal?.change },
    engine.clock.now(),
    // A renewal alone makes nothing larger.
    changes === null ? {} : { maxBytes: engine.maxBytes },
  );
  switch (outcome.status) {
    case "updated":
      if (changes !== null) {
        // Of what another request wrote in between this one knows nothing: not to have read it is to
        // be behind, or a later `update` would be let through as if nobody had written.
        const { version: known } = live.record;
        const version = outcome.version === known + 1 ? outcome.version : known;
        live.record = applied(live.record, changes, version);
        live.draft.committed(changes);
      }
      if (renewal !== null && outcome.renewed) renewal.done();
      return;
    case "conflict":
      throw new ConflictError(moved(changes, outcome.record));
    case "too-large":
      throw tooLarge(
        "Two requests together would make the session too large",
        engine.maxBytes,
        "maxBytes",
      );
    case "gone":
      live.state = "gone";
      if (changes !== null) {
        throw new SessionGoneError(
          "The session ended before this request's changes could be saved.",
        );
      }
  }
}

/** Stores an anonymous session that so far only this request knew. */
async function bear(
  engine: Engine,
  live: Live,
  { birth, prepared }: Unborn,
  changes: Changes | null,
): Promise<void> {
  const born = { ...birth, data: changes?.set ?? {} };
  const { record, minted } = await insert(engine, born, {}, prepared);
  live.record = record;
  live.presented = minted.hash;
  live.token = minted.token;
  live.unborn = null;
  if (changes !== null) live.draft.committed(changes);
  engine.emit({ type: "session_created", reason: null, ...whoOf(record) }, live.client);
}

/** The change without the guards of keys for which the last write wins. */
function guarded(engine: Engine, { set, unset, expect }: Changes): SessionChange {
  const kept = Object.entries(expect).filter(([key]) => engine.conflictPolicy(key) === "error");
  return { set, unset, expect: Object.fromEntries(kept) };
}

function moved(changes: Changes | null, { data }: SessionRecord): string[] {
  return Object.entries(changes?.expect ?? {})
    .filter(([key, text]) => (textAt(data, key) ?? null) !== text)
    .map(([key]) => key);
}

/** The record's credential, with this request's secret as its current one, where that is to be renewed. */
function renewable(
  engine: Engine,
  { presented, arrivedAt, record, credential: known }: Live,
  when: "when-due" | "now",
): Credential | null {
  const { renewal, grace } = engine.policyOf(record);
  const credential = confirm(known, presented, arrivedAt, grace);
  if (credential.current.hash !== presented) return null;
  return renewalDue(credential, arrivedAt, when === "now" ? 0 : renewal, grace) ? credential : null;
}

/** A new secret, and the change that adds it if nobody else has renewed since this request read. */
async function prepareRenewal(engine: Engine, live: Live, when: "when-due" | "now") {
  const { grace } = engine.policyOf(live.record);
  // No response waits for a touch. One that renews has to: the secret may be confirmed with it.
  if (renewable(engine, live, when) === null) return null;
  await live.noted;
  const { record } = live;
  const credential = renewable(engine, live, when);
  if (credential === null) return null;
  const now = engine.clock.now();
  const minted = engine.tokens.mint(live.kind, record, now);
  const to = encodeCredential(renewed(credential, minted.hash, now, grace));
  return {
    change: { credential: { from: record.credential, to } },
    done() {
      live.record = { ...live.record, credential: to };
      live.token = minted.token;
      engine.emit({ type: "session_renewed", reason: null, ...whoOf(record) }, live.client);
    },
  };
}
