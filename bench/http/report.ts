import { type Spread, spread } from "../statistics.ts";
import { spreadFigure, table } from "../table.ts";
import type { Target } from "../targets.ts";
import type { Place } from "./peers.ts";
import type { Found, HttpCost } from "./rounds.ts";
import { type Visit, VISITS } from "./visits.ts";

/** The one of these that is asked for. */
export interface Question {
  readonly place: Place;
  readonly file: string;
  readonly visit: Visit;
}

/** us of CPU that a request takes more than the same at another server, in the same round. */
export function added(found: readonly Found[], question: Question, floor: string): Spread {
  return pairs(found, question, floor, (one, other) => one - other);
}

/** How many times the CPU of the same request at another server, in the same round. */
function times(found: readonly Found[], question: Question, floor: string): Spread {
  return pairs(found, question, floor, (one, other) => one / other);
}

function pairs(
  found: readonly Found[],
  { place, file, visit }: Question,
  floor: string,
  combine: (one: number, other: number) => number,
): Spread {
  const costs = costsOf(found, { place, file, visit });
  const floors = costsOf(found, { place, file: floor, visit });
  return spread(
    costs.map(({ serverCpu }, i) => combine(serverCpu, floors[i]?.serverCpu ?? Number.NaN)),
  );
}

function costsOf(found: readonly Found[], question: Question): readonly HttpCost[] {
  const one = found.find(
    ({ place, peer, visit }) =>
      place === question.place && peer.file === question.file && visit === question.visit,
  );
  return one?.rounds.costs ?? [];
}

const bare = "hono/bare";
const byHand = "hono/by-hand";
const file = "hono/sojourn";

/** The bounds of what we may cost. */
export function httpTargets(found: readonly Found[]): Target[] {
  const addedBy = (visit: Visit) => added(found, { place: "memory", file, visit }, bare).median;
  const timesOf = (place: Place, visit: Visit) =>
    times(found, { place, file, visit }, byHand).median;
  const us = "us";
  const targets: Target[] = [
    {
      what: "CPU added to bare Hono: anonymous, the handler does not ask",
      most: 2,
      unit: us,
      measured: addedBy("anonymous"),
    },
    {
      what: "CPU added to bare Hono: signed-in read, in memory",
      most: 10,
      unit: us,
      measured: addedBy("read"),
    },
    {
      what: "CPU added to bare Hono: made-up cookie",
      most: 5,
      unit: us,
      measured: addedBy("made-up"),
    },
    ...(["redis", "ioredis"] as const).flatMap((place): Target[] => [
      {
        what: `signed-in read on Redis (${clientOf(place)}), CPU against bare Hono with one hand-written \`GET\``,
        most: 1.4,
        unit: "",
        measured: timesOf(place, "read"),
      },
      {
        what: `signed-in write on Redis (${clientOf(place)}), CPU against \`GET\` and \`SET\` by hand`,
        most: 1.5,
        unit: "",
        measured: timesOf(place, "write"),
      },
    ]),
  ];
  return targets.map((target) => ({ ...target, explained: EXPLAINED }));
}

const EXPLAINED =
  "[decision 0012](../docs/decisions/0012-what-a-request-costs.md) has the floor and the profile";

function clientOf(place: Place): string {
  return place === "redis" ? "node-redis" : place;
}

/** What each library adds to its framework, a column a kind of request. */
export function addedTable(found: readonly Found[], place: Place): string {
  const visits = Object.keys(VISITS) as Visit[];
  const peers = peersAt(found, place).filter(({ file }) => !file.endsWith("/bare"));
  const rows = peers.map(({ file: own, name, framework, kind }) => [
    `${framework}: ${kind === "ours" ? `**${name}**` : name}`,
    ...visits.map((visit) => {
      const floor = `${framework}/bare`;
      const { median, min, max } = added(found, { place, file: own, visit }, floor);
      return Number.isNaN(median) ? "-" : spreadFigure({ median, min, max }, wholeFigure);
    }),
  ]);
  return table(["what", ...visits.map((visit) => VISITS[visit])], rows);
}

/** Everything that was measured, a row a server and kind of request. */
export function wholeTable(found: readonly Found[], place: Place): string {
  const rows = found
    .filter((one) => one.place === place)
    .map(({ peer, visit, rounds: { costs } }) => [
      `${VISITS[visit]}; ${peer.framework}: ${peer.name}`,
      spreadFigure(spread(costs.map(({ serverCpu }) => serverCpu))),
      spreadFigure(spread(costs.map(({ perSecond }) => perSecond))),
      spreadFigure(spread(costs.map(({ p99 }) => p99))),
    ]);
  return table(["what", "server's CPU, us", "requests a second", "p99, us"], rows);
}

export function peersAt(found: readonly Found[], place: Place): Found["peer"][] {
  return [...new Set(found.filter((one) => one.place === place).map(({ peer }) => peer))];
}

function wholeFigure(value: number): string {
  return value.toFixed(Math.abs(value) < 10 ? 1 : 0);
}
