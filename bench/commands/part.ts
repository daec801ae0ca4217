import { type Peer, PEERS, type Place } from "../http/peers.ts";
import { type Visit, VISITS } from "../http/visits.ts";
import { installPeers } from "../install.ts";
import type { Part } from "../part.ts";
import { progress } from "../progress.ts";
import { table } from "../table.ts";
import { boundsTable } from "./bounds.ts";
import { countTraffic, type Traffic } from "./count.ts";

interface Counted {
  readonly peer: Peer;
  readonly place: Exclude<Place, "memory">;
  readonly traffic: readonly Traffic[];
}

/** One framework is enough of these: what goes to Redis does not depend on it. */
const ONCE = new Set(["hono/by-hand", "hono/sojourn"]);

export const commands: Part = {
  name: "commands",
  about: "what a request asks of Redis: commands, bytes, round trips",
  async run({ quick }) {
    // The short form needs no network: only what is ours.
    if (!quick) installPeers();
    const counted: Counted[] = [];
    for (const peer of PEERS.filter(quick ? isOurs : isCounted)) {
      for (const place of quick ? (["redis"] as const) : peer.places) {
        if (place === "memory") continue;
        progress(`commands: ${peer.file}, ${place}`);
        counted.push({ peer, place, traffic: await countTraffic(peer, place) });
      }
    }
    const ours = counted.find(({ peer }) => isOurs(peer)) as Counted;
    return [
      "Counted by `npm run bench -- commands` between a server and its Redis, for a request when there is no other, in the steady state: the session has been seen before, and neither a touch nor a renewal is due. The figures are the same on every machine, and CI holds ours.",
      boundsTable(ours.traffic),
      "Round trips that the response waits for, and bytes on the wire, both ways:",
      trafficTable(counted, VISIT_NAMES, ({ roundTrips, bytes }) => `${roundTrips}, ${bytes} B`),
      "Commands that Redis runs, also inside of a script:",
      trafficTable(counted, ["unused", "read", "write", "login"], ({ commands: ran }) =>
        ran.join(", "),
      ),
    ].join("\n\n");
  },
};

const VISIT_NAMES = Object.keys(VISITS) as Visit[];

function isOurs({ file }: Peer): boolean {
  return file === "hono/sojourn";
}

function isCounted({ file, kind }: Peer): boolean {
  return kind === "other" || ONCE.has(file);
}

function trafficTable(
  counted: readonly Counted[],
  visits: readonly Visit[],
  textOf: (traffic: Traffic) => string,
): string {
  const rows = counted.map(({ peer: { name, kind }, place, traffic }) => [
    `${kind === "ours" ? `**${name}**` : name}${place === "ioredis" ? ", ioredis" : ""}`,
    ...visits.map((visit) => {
      const one = traffic.find((each) => each.visit === visit);
      return one === undefined ? "-" : textOf(one) || "none";
    }),
  ]);
  return table(["what", ...visits.map((visit) => VISITS[visit])], rows);
}
