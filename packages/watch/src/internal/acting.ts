import type { Clock, Sessions } from "@sojourn/core";
import type { Act, Alert } from "../detector.ts";
import type { Throttle } from "./throttle.ts";

/** What an alert needs of the sessions. Those of any data will do. */
export type WatchedSessions = Pick<
  Sessions,
  "revoke" | "revokeAll" | "requireReauthentication" | "list"
>;

/** ms that a revocation may take before the alert is told without waiting for it. */
const PATIENCE = 5_000;

/**
 * Does what is to be done about an alert, and says what was: "session-revoked", "user-revoked",
 * "reauthentication-required", "throttled". What failed has "-failed" after it; of what is still under
 * way "-pending". Never rejects.
 */
export function perform(
  act: Act,
  { handle, userId }: Alert,
  source: string | null,
  { sessions, throttle, clock }: Tools,
): Promise<readonly string[]> {
  const steps: Promise<string | null>[] = [];

  function step(name: string, does: (sessions: WatchedSessions) => Promise<boolean>): void {
    const done = async () => {
      if (sessions === null) return `${name}-failed`;
      // False: it has ended meanwhile, and nothing is left to do.
      return does(sessions).then(
        (found) => (found ? name : null),
        () => `${name}-failed`,
      );
    };
    const late = clock
      .sleep(PATIENCE, undefined, { background: true })
      .then(() => `${name}-pending`);
    steps.push(Promise.race([done(), late]));
  }

  if (act.throttle !== undefined && source !== null) {
    throttle.hold(source, act.throttle);
    steps.push(Promise.resolve("throttled"));
  }
  if (userId !== null && act.revoke === "user") {
    step("user-revoked", async (all) => (await all.revokeAll(userId)) >= 0);
  } else if (userId !== null && handle !== null) {
    if (act.revoke === "session") step("session-revoked", (all) => all.revoke(userId, handle));
    else if (act.requireReauthentication === true) {
      step("reauthentication-required", (all) => all.requireReauthentication(userId, handle));
    }
  }
  return Promise.all(steps).then((done) => done.filter((name) => name !== null));
}

interface Tools {
  readonly sessions: WatchedSessions | null;
  readonly throttle: Throttle;
  readonly clock: Clock;
}
