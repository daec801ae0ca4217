import type { Client, SessionEvent } from "@sojourn/core";
import {
  type Detector,
  type DetectorKit,
  type DetectorOptions,
  type Reached,
  sourceOf,
} from "../detector.ts";
import { checkAbove, checkCount, checkDetector, checkTime } from "../internal/checks.ts";
import type { Locator } from "../internal/location.ts";
import {
  isImpossible,
  parsePlace,
  type Place,
  placeOf,
  type TravelLimits,
} from "../internal/travel.ts";

export interface HijackingOptions extends DetectorOptions {
  /** So many requests of one session from clients that it is not bound to; default 1. */
  readonly mismatches?: number;
  /** ms in which they come; default 3,600,000, an hour. */
  readonly within?: number;
  /** Finds places for addresses, such as `maxmindLocator` of @sojourn/watch/locator. Default: none. */
  readonly locator?: Locator;
  /** km that two places are apart at least, less how exact both are known; default 500. */
  readonly minDistance?: number;
  /** km/h that nobody travels faster than; default 1,000. */
  readonly maxSpeed?: number;
}

const DEFAULTS = {
  // Whoever binds sessions to something has said that its change is out of the ordinary.
  mismatches: 1,
  within: 3_600_000,
  // Mobile carriers hand out one address for half a country: what is nearer proves nothing.
  minDistance: 500,
  // An airliner does 900, and has a tail wind.
  maxSpeed: 1_000,
};

const OWN = ["mismatches", "within", "locator", "minDistance", "maxSpeed"];

/**
 * Somebody uses another one's session or account. Three things show it:
 *
 * - A renewed token is presented after its grace (`token_reuse`): two have it. `critical`.
 * - The client is not the one that the session is bound to (`binding_mismatch`): see the option
 *   `binding` of the core. `warning`.
 * - With a `locator`: one user in two places, and nobody gets from one to the other in that time. Both
 *   radiuses in which the database says the addresses are, are taken off the distance. `warning`, since
 *   a VPN on one of two devices looks the same.
 *
 * What somebody does who acts for the user (`impersonator`) is not the user's.
 */
export function hijacking(options: HijackingOptions = {}): Detector {
  checkDetector("hijacking", options, OWN);
  const { mismatches, within, locator, minDistance, maxSpeed } = { ...DEFAULTS, ...options };
  checkCount("hijacking: mismatches", mismatches);
  checkTime("hijacking: within", within);
  checkAbove("hijacking: minDistance", minDistance, "km");
  checkAbove("hijacking: maxSpeed", maxSpeed, "km/h");

  return {
    ...options,
    name: "hijacking",
    begin(kit) {
      const changed = kit.counter({
        name: "binding",
        most: mismatches,
        within,
        reached: (reached) => raiseMismatch(kit, reached),
      });
      const travelled = locator && travels(kit, locator, { minDistance, maxSpeed });

      return (event, client) => {
        if (event.type === "token_reuse") raiseReuse(kit, event, client);
        else if (event.type === "binding_mismatch") {
          if (event.handle !== null) changed.add(event.handle, event, client);
        } else travelled?.(event, client);
      };
    },
  };
}

function raiseReuse({ raise }: DetectorKit, event: SessionEvent, client: Client | null): void {
  raise({
    subject: `reuse ${event.handle}`,
    severity: "critical",
    evidence: { sign: "token-reuse", ...seenFrom(event), onReuse: event.reason },
    event,
    client,
    source: sourceOf(event, client),
  });
}

function raiseMismatch({ raise }: DetectorKit, { key, count, event, client }: Reached): void {
  raise({
    subject: `binding ${key}`,
    severity: "warning",
    evidence: { sign: "binding-mismatch", part: event.reason, times: count, ...seenFrom(event) },
    event,
    client,
    source: sourceOf(event, client),
  });
}

/** Two places of one user, wherever they were seen. */
function travels(kit: DetectorKit, locator: Locator, limits: TravelLimits) {
  /** What this process has seen itself: who hears of a place has to show the other one. */
  const here = kit.latest<{ readonly place: Place; readonly event: SessionEvent }>();
  const places = kit.latest<Place>({
    name: "place",
    parse: parsePlace,
    heard(userId, place) {
      const own = here.get(userId);
      if (own !== undefined) compare(userId, own.place, place, own.event, null);
    },
  });

  function compare(
    userId: string,
    from: Place,
    to: Place,
    event: SessionEvent,
    client: Client | null,
  ): void {
    const found = isImpossible(from, to, limits);
    if (found === null) return;
    const [first, second] = from.at <= to.at ? [from, to] : [to, from];
    kit.raise({
      subject: `travel ${userId}`,
      severity: "warning",
      evidence: {
        sign: "impossible-travel",
        from: first.name,
        to: second.name,
        km: Math.round(found.km),
        minutes: Math.round(found.ms / 60_000),
        ...seenFrom(event),
      },
      event,
      client,
      source: sourceOf(event, client),
    });
  }

  return (event: SessionEvent, client: Client | null): void => {
    const { userId, impersonator } = event;
    // Events that nobody's request led to have no client; of a refused one it may be a stranger.
    if (userId === null || impersonator !== null || !isUse(event) || !client?.address) return;
    const place = placeOf(locator.locate(client.address), event.at);
    if (place === null) return;
    const before = places.get(userId);
    // A laptop that is left running tells every minute where it is: others need not hear it each time.
    const told = before !== undefined && before.name === place.name && place.at - before.at < HOUR;
    places.set(userId, place, { tell: !told });
    here.set(userId, { place, event });
    if (before !== undefined) compare(userId, before, place, event, client);
  };
}

const HOUR = 3_600_000;

/** The user, or who passes for the user, has done something. */
function isUse({ type }: SessionEvent): boolean {
  return (
    type === "session_created" ||
    type === "session_accessed" ||
    type === "session_renewed" ||
    type === "session_reauthenticated"
  );
}

function seenFrom({ client }: SessionEvent) {
  return { network: client?.address ?? null, userAgent: client?.userAgent ?? null };
}
