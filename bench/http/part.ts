import { installPeers, peerVersion } from "../install.ts";
import { machine } from "../machine.ts";
import type { Part } from "../part.ts";
import { barChart } from "../plot.ts";
import { spread } from "../statistics.ts";
import { targetsTable } from "../targets.ts";
import { FRAMEWORKS, type Framework, PEERS, type Place } from "./peers.ts";
import { added, addedTable, httpTargets, peersAt, wholeTable } from "./report.ts";
import { type Found, measurePlace } from "./rounds.ts";
import { FULL, QUICK, type Scale } from "./scale.ts";

const PLACES: readonly { place: Place; title: string; frameworks: readonly Framework[] }[] = [
  { place: "memory", title: "In memory", frameworks: FRAMEWORKS },
  { place: "redis", title: "On Redis, through node-redis", frameworks: FRAMEWORKS },
  { place: "ioredis", title: "On Redis, through ioredis", frameworks: ["hono"] },
];

export const http: Part = {
  name: "http",
  about: "what a request costs, against other libraries and none, in memory and on Redis",
  async run({ quick }) {
    installPeers();
    const scale = quick ? QUICK : FULL;
    const found: Found[] = [];
    for (const { place, frameworks } of PLACES) {
      found.push(...(await measurePlace(place, frameworks, scale)));
    }
    const packages = PEERS.flatMap((peer) => peer.packages).concat("redis", "ioredis");
    return {
      text: [
        `Measured by \`npm run bench -- http\` on ${machine()}, with ` +
          `${[...new Set(packages)].map(peerVersion).join(", ")}.`,
        targetsTable(httpTargets(found)),
        explanation(scale, found),
        ...PLACES.flatMap(({ place, title }) => [
          `### ${title}`,
          ...(place === "ioredis"
            ? []
            : [`![us of CPU that a signed-in read adds](plots/http-${place}.svg)`]),
          "CPU that is added to the bare framework, us:",
          addedTable(found, place),
        ]),
        ...PLACES.flatMap(({ place, title }) => [
          `### ${title}, the whole request`,
          wholeTable(found, place),
        ]),
      ].join("\n\n"),
      plots: Object.fromEntries(
        (["memory", "redis"] as const).map((place) => [`http-${place}`, plot(found, place)]),
      ),
    };
  },
};

function explanation({ calls, sessions }: Scale, found: readonly Found[]): string {
  const rounds = spread(found.map((one) => one.rounds.costs.length));
  return `Each library is a server in a process of its own (\`bench/peers\`, a file each, configured as its own documentation advises), and gets real requests over 64 connections that stay open. The load comes from another process, and every answer is checked. All servers run at once and take turns: each figure is the median of ${rounds.min} to ${rounds.max} rounds of ${calls[64].toLocaleString("en")} requests, with the least and the most of them; what is added is taken within a round. ${sessions.toLocaleString("en")} users are signed in. CPU is of the server's process, all threads together; Redis' own is not in it.

"By hand" is the same program with a random id in a cookie, one \`GET\` and \`JSON.parse\`, and one \`SET\`: no timeouts but the key's own, no renewal, no limits, nothing said about what happens at once. A write reads the session, and adds one to a number in it.`;
}

function plot(found: readonly Found[], place: Place): string {
  const bars = peersAt(found, place)
    .filter(({ file }) => !file.endsWith("/bare"))
    .map(({ file, framework, name, kind }) => ({
      label: `${framework}: ${name}`,
      spread: added(found, { place, file, visit: "read" }, `${framework}/bare`),
      isOurs: kind === "ours",
    }));
  return barChart(
    `CPU that a signed-in read adds, us, ${place === "redis" ? "on Redis" : "in memory"}`,
    bars,
  );
}
