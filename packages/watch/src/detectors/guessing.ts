import type { SessionEvent } from "@sojourn/core";
import { type Detector, type DetectorOptions, type Reached, sourceOf } from "../detector.ts";
import { checkCount, checkDetector, checkTime } from "../internal/checks.ts";

export interface GuessingOptions extends DetectorOptions {
  /** So many refused from one network are guessing; default 100. */
  readonly most?: number;
  /** So many refused from everywhere together are, too; default 10,000. */
  readonly everywhere?: number;
  /** ms in which so many come; default 600,000, ten minutes. */
  readonly within?: number;
}

const DEFAULTS = {
  // A browser with a leftover cookie, from before a secret was changed, is refused once for each page it
  // opens: dozens in ten minutes, and an office has several. Who guesses, or tries what they have
  // collected, sends as many in a second.
  most: 100,
  // A botnet has a network for each guess. On a site so large that this many are refused on quiet days,
  // raise it.
  everywhere: 10_000,
  within: 600_000,
};

const EVERYWHERE = "*";

/**
 * Somebody tries tokens, tickets or forged requests (ASVS 16.3.3, OWASP "session id guessing"). A token
 * of 256 random bits is not guessed; but whoever tries is looking for something else as well, or has
 * found tokens somewhere and tries which still open something.
 *
 * Counts what is refused by the network it comes from: `token_refused` (malformed, unknown-secret),
 * `ticket_refused` and `grant_refused` (invalid), `cross_site_refused`. Severity `warning`.
 *
 * A page on another site makes honest browsers send forged requests, and those come from their own
 * networks: think twice before this one throttles.
 */
export function guessing(options: GuessingOptions = {}): Detector {
  checkDetector("guessing", options, ["most", "everywhere", "within"]);
  const { most, everywhere, within } = { ...DEFAULTS, ...options };
  checkCount("guessing: most", most);
  checkCount("guessing: everywhere", everywhere);
  checkTime("guessing: within", within);

  return {
    ...options,
    name: "guessing",
    begin({ counter, raise }) {
      const reached = ({ key, count, event, client }: Reached) => {
        const source = key === EVERYWHERE ? null : key;
        raise({
          subject: key,
          severity: "warning",
          evidence: {
            refused: count,
            seconds: within / 1_000,
            from: source === null ? "everywhere" : (event.client?.address ?? null),
            last: `${event.type}: ${event.reason}`,
          },
          event: { ...event, handle: null, userId: null },
          client,
          source,
        });
      };
      const bySource = counter({ name: "source", most, within, reached });
      const inAll = counter({ name: "everywhere", most: everywhere, within, reached });

      return (event, client) => {
        if (!isRefusal(event)) return;
        const source = sourceOf(event, client);
        if (source !== null) bySource.add(source, event, client);
        inAll.add(EVERYWHERE, event, client);
      };
    },
  };
}

function isRefusal(event: SessionEvent): boolean {
  switch (event.type) {
    case "token_refused":
      return event.reason === "malformed" || event.reason === "unknown-secret";
    case "ticket_refused":
    case "grant_refused":
      return event.reason === "invalid";
    case "cross_site_refused":
      return true;
    default:
      return false;
  }
}
