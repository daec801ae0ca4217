import { type Visit, VISITS } from "../http/visits.ts";
import { table } from "../table.ts";
import type { Traffic } from "./count.ts";

interface Bound {
  readonly roundTrips: number;
  readonly bytes: number;
}

const NONE: Bound = { roundTrips: 0, bytes: 0 };

/** What our requests may ask of Redis at most. Whoever makes it less lowers them. */
const BOUNDS: Readonly<Record<Visit, Bound>> = {
  anonymous: NONE,
  nobody: NONE,
  "made-up": NONE,
  unused: NONE,
  read: { roundTrips: 1, bytes: 310 },
  write: { roundTrips: 2, bytes: 620 },
  login: { roundTrips: 1, bytes: 450 },
};

/** What was counted of ours, and whether it is no more than it may be. CI reads the last column. */
export function boundsTable(traffic: readonly Traffic[]): string {
  const rows = traffic.map(({ visit, roundTrips, bytes }) => {
    const most = BOUNDS[visit];
    const met = roundTrips <= most.roundTrips && bytes <= most.bytes;
    return [
      VISITS[visit],
      `${roundTrips}, at most ${most.roundTrips}`,
      `${bytes}, at most ${most.bytes}`,
      met ? "yes" : "no",
    ];
  });
  return table(["Sojourn", "round trips", "bytes", "met"], rows);
}
