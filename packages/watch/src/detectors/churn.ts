import { type Detector, type DetectorOptions, type Reached, sourceOf } from "../detector.ts";
import { checkCount, checkDetector, checkTime } from "../internal/checks.ts";

export interface ChurnOptions extends DetectorOptions {
  /** So many sessions of one user begun, or ended by logout, within the time; default 20. */
  readonly perUser?: number;
  /** So many from one network, users' and anonymous ones; default 300. */
  readonly perNetwork?: number;
  /** ms; default 600,000, ten minutes. */
  readonly within?: number;
}

const DEFAULTS = {
  // Nobody logs in every half minute. A script does that has no cookie jar, and so does who has the
  // password and evicts the owner's sessions, one by one, out of the limit.
  perUser: 20,
  // An office of three hundred on Monday morning comes close. A bot that fills the store with baskets
  // makes as many in a minute.
  perNetwork: 300,
  within: 600_000,
};

const OWN = ["perUser", "perNetwork", "within"];

/**
 * Sessions begin or end too fast, of one user or from one network: a script that logs in anew for each
 * request, stuffed credentials, a store that somebody fills. Counts `session_created` and, by
 * themselves, `session_logout`; not revocations, of which one click makes a hundred. `warning`.
 */
export function churn(options: ChurnOptions = {}): Detector {
  checkDetector("churn", options, OWN);
  const { perUser, perNetwork, within } = { ...DEFAULTS, ...options };
  checkCount("churn: perUser", perUser);
  checkCount("churn: perNetwork", perNetwork);
  checkTime("churn: within", within);

  return {
    ...options,
    name: "churn",
    begin({ counter, raise }) {
      const raiseFor =
        (by: "user" | "network") =>
        ({ key, count, event, client }: Reached) => {
          const source = by === "network" ? key.slice(key.indexOf(" ") + 1) : null;
          raise({
            subject: `${by} ${key}`,
            severity: "warning",
            evidence: {
              by,
              what: key.slice(0, key.indexOf(" ")),
              sessions: count,
              seconds: within / 1_000,
              network: event.client?.address ?? null,
            },
            // Of a network it is nobody's session in particular.
            event: by === "user" ? event : { ...event, handle: null, userId: null },
            client,
            source: source ?? sourceOf(event, client),
          });
        };
      const ofUser = counter({ name: "user", most: perUser, within, reached: raiseFor("user") });
      const fromNetwork = counter({
        name: "network",
        most: perNetwork,
        within,
        reached: raiseFor("network"),
      });

      return (event, client) => {
        const what = WHAT[event.type];
        if (what === undefined) return;
        const source = sourceOf(event, client);
        if (event.userId !== null) ofUser.add(`${what} ${event.userId}`, event, client);
        if (source !== null) fromNetwork.add(`${what} ${source}`, event, client);
      };
    },
  };
}

const WHAT: Readonly<Record<string, string>> = {
  session_created: "created",
  session_logout: "ended",
};
