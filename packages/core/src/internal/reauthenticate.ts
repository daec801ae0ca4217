import {
  ReauthenticationRequiredError,
  SessionGoneError,
  UnauthenticatedError,
} from "../errors.ts";
import type { Freshness } from "../errors.ts";
import type { FreshnessReason } from "../events.ts";
import { idleDeadline, storedDeadlines } from "../timeouts.ts";
import { changeFacts } from "./change-facts.ts";
import type { Engine } from "./engine.ts";
import { clientFacts } from "./fits-client.ts";
import { type Live, whoOf } from "./live.ts";
import {
  type Authentication,
  authenticationFacts,
  authenticationTime,
  checkFreshness,
} from "./login-facts.ts";
import { prolongReference } from "./references.ts";
import { rotate } from "./update.ts";

export interface Reauthentication extends Authentication {
  /** When it began, ms; default: when the request arrived. */
  readonly authenticatedAt?: number | undefined;
}

/**
 * The user has authenticated again. First the secret changes, without a grace: no copy of an earlier
 * token ever sees what the session is good for now (ASVS 7.2.4). Then both deadlines begin anew (NIST
 * SP 800-63B-4 5.2), and the session is as strong as this authentication, not as the strongest there was.
 */
export async function reauthenticate(
  engine: Engine,
  live: Live,
  given: Reauthentication = {},
): Promise<void> {
  const authentication = authenticationFacts(given);
  const authenticatedAt = authenticationTime(engine, given.authenticatedAt ?? live.arrivedAt);
  const { client, record } = live;
  // Somebody who has yet to log in has nothing to confirm.
  if (record.userId === null) throw new UnauthenticatedError();
  await rotate(engine, live);
  // A newer authentication must not lift a session over a `revokeEveryone` of which nothing is known here.
  await engine.epoch.lookNow();
  if (engine.epoch.ended(record)) {
    live.state = "gone";
    throw new SessionGoneError("The session has ended.");
  }
  const now = engine.clock.now();
  const deadlines = storedDeadlines(engine.policyOf(record), now);
  const bound = client === null ? {} : clientFacts(engine, client);
  // Before the session lives longer: an entry that outlives it is harmless, the reverse is not.
  if (live.facts.reference !== null) {
    await prolongReference(engine, live.facts.reference, record, deadlines.expiresAt);
  }
  await changeFacts(
    engine,
    live,
    (facts) => ({ ...facts, ...authentication, ...bound, locked: false }),
    {
      also: { authenticatedAt, ...deadlines },
      touch: { lastSeenAt: now, idleExpiresAt: deadlines.idleExpiresAt },
    },
  );
  live.lock = null;
  const event = { type: "session_reauthenticated", reason: null, aal: authentication.aal } as const;
  engine.emit({ ...event, ...whoOf(record) }, client);
}

/** One factor has opened a session that was idle (NIST SP 800-63B-4 2.2.3): nothing else is as new. */
export async function reopen(engine: Engine, live: Live): Promise<void> {
  await rotate(engine, live);
  const { record, client } = live;
  const now = engine.clock.now();
  const touch = {
    lastSeenAt: now,
    idleExpiresAt: idleDeadline(record, engine.policyOf(record), now),
  };
  const outcome = await engine.store.update(record, { touch }, now);
  if (outcome.status !== "updated") {
    live.state = "gone";
    throw new SessionGoneError("The session has ended.");
  }
  live.record = { ...record, ...touch };
  live.lock = null;
  engine.emit({ type: "session_unlocked", reason: null, ...whoOf(record) }, client);
}

/** Why the session is not as fresh as this asks for; null: it is. */
export function staleness(
  engine: Engine,
  { record, facts }: Live,
  freshness: Freshness,
): FreshnessReason | null {
  const { maxAge = Infinity, aal = 1 } = checkFreshness(freshness);
  // Nobody has authenticated yet.
  if (record.userId === null) return "stale";
  // Whoever acts for somebody has not authenticated as them.
  if (facts.impersonator !== null) return "impersonated";
  if (facts.aal < aal) return "aal";
  // Written so that NaN is stale.
  const age = engine.clock.now() - (record.authenticatedAt ?? -Infinity);
  return age <= maxAge ? null : "stale";
}

export function requireFresh(engine: Engine, live: Live, freshness: Freshness): void {
  const reason = staleness(engine, live, freshness);
  if (reason === null) return;
  engine.emit({ type: "freshness_required", reason, ...whoOf(live.record) }, live.client);
  throw new ReauthenticationRequiredError(reason, freshness);
}
