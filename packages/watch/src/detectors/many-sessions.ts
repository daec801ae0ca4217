import { type Detector, type DetectorOptions, sourceOf } from "../detector.ts";
import { checkCount, checkDetector } from "../internal/checks.ts";

export interface ManySessionsOptions extends DetectorOptions {
  /**
   * A user with more live sessions than this is alerted, below the limit that the core holds. Default:
   * only that limit, `maxPerUser`.
   */
  readonly most?: number;
}

/** A page of a list has no more. */
const LONGEST = 1_000;

/**
 * A user has more sessions than a person has devices: a password that went round, or a script. Tells of
 * `excess_sessions_exceeded`, which is the core's own limit (ASVS 7.1.2), and with `most` of a lower
 * one; that costs one look into the user's list for each login, in the background. `warning`.
 */
export function manySessions(options: ManySessionsOptions = {}): Detector {
  checkDetector("manySessions", options, ["most"]);
  const { most } = options;
  if (most !== undefined) checkCount("manySessions: most", most);

  return {
    ...options,
    name: "many-sessions",
    begin({ countSessions, raise, inBackground }) {
      return (event, client) => {
        const { type, userId } = event;
        if (userId === null) return;
        const raiseWith = (evidence: Record<string, string | number>) =>
          raise({
            subject: userId,
            severity: "warning",
            evidence: { ...evidence, network: event.client?.address ?? null },
            // Which of them should go is not said by which came last.
            event: { ...event, handle: null },
            client,
            source: sourceOf(event, client),
          });
        if (type === "excess_sessions_exceeded")
          raiseWith({ limit: "maxPerUser", onLimit: event.reason });
        if (type !== "session_created" || most === undefined) return;
        inBackground(
          countSessions(userId, Math.min(most + 1, LONGEST)).then((count) => {
            if (count !== null && count > most) raiseWith({ limit: most, sessions: count });
          }),
        );
      };
    },
  };
}
