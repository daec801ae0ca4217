import { installPeers, peerVersion } from "../install.ts";
import { machine } from "../machine.ts";
import type { Part } from "../part.ts";
import { progress } from "../progress.ts";
import { barChart } from "../plot.ts";
import { runWorker } from "../run-worker.ts";
import { spread } from "../statistics.ts";
import { spreadFigure, table } from "../table.ts";
import { targetsTable } from "../targets.ts";
import type { Footprint } from "./worker.ts";

const worker = new URL("worker.ts", import.meta.url);

interface Row {
  readonly name: string;
  readonly store: string;
  readonly perUser: number;
}

/** A million of the largest sessions are 750 MB, and more before they have been collected. */
const NODE_OPTIONS = ["--expose-gc", "--max-old-space-size=4096"];

const OTHERS = [
  "next-session",
  "express-session",
  "@remix-run/session",
  "memorystore",
  "hono-sessions",
  "@fastify/session",
];

const ROWS: readonly Row[] = [
  { name: "bare `Map`, no index, no limits", store: "Map", perUser: 1 },
  { name: "**Sojourn**, one session a user", store: "Sojourn", perUser: 1 },
  { name: "**Sojourn**, five a user", store: "Sojourn", perUser: 5 },
  ...OTHERS.map((store) => ({ name: store, store, perUser: 1 })),
];

export const memory: Part = {
  name: "memory",
  about: "bytes of this process' memory a session, and what a sweep takes",
  async run({ quick }) {
    if (!quick) installPeers();
    const sweeps = quick ? 1 : 7;
    const counts = quick ? [2_000] : [100_000, 1_000_000];
    const rows = quick ? ROWS.filter(({ store }) => store === "Sojourn") : ROWS;
    const found = new Map<string, Footprint[]>();
    for (const { name, store, perUser } of rows) {
      const footprints: Footprint[] = [];
      for (const count of counts) {
        progress(`memory: ${store}, ${perUser} a user, ${count}`);
        const args = [store, `${count}`, `${perUser}`, `${sweeps}`];
        footprints.push(await runWorker<Footprint>(worker, args, NODE_OPTIONS));
      }
      found.set(name, footprints);
    }
    const largest = (name: string) => found.get(name)?.at(-1);
    const sweepOf = (name: string) => {
      const all = largest(name)?.sweeps ?? [];
      return {
        total: spread(all.map(({ total }) => total)),
        stall: spread(all.map(({ stall }) => stall)),
      };
    };
    const [, one, five] = ROWS as [Row, Row, Row];
    const ofThem = `${counts.at(-1)?.toLocaleString("en")} sessions`;
    const titles = counts.map((count) => `bytes a session, ${count.toLocaleString("en")} of them`);
    const versions = quick ? [] : OTHERS.map(peerVersion);
    return {
      text: [
        `Measured by \`npm run bench -- memory\` on ${machine()}${versions.length > 0 ? `, with ${versions.join(", ")}` : ""}.`,
        targetsTable([
          {
            what: `bytes a session, one a user, ${ofThem}`,
            most: 400,
            unit: "",
            measured: largest(one.name)?.bytes ?? Number.NaN,
          },
          {
            what: `bytes a session, five a user, ${ofThem}`,
            most: 400,
            unit: "",
            measured: largest(five.name)?.bytes ?? Number.NaN,
          },
          {
            what: `sweep of the hundredth part that has expired, ${ofThem}`,
            most: 15,
            unit: "ms",
            measured: sweepOf(one.name).total.median,
          },
          {
            what: `its longest stall, ${ofThem}`,
            most: 4,
            unit: "ms",
            measured: sweepOf(one.name).stall.median,
          },
        ]),
        `Of the heap, and what it holds outside, after a collection: sessions of \`{ userId, createdAt }\`, each store in a process of its own. Ours come by \`login\`, and their secret has been renewed once: they hold the hashes of two secrets, all times, and an index by user. Then one of a hundred has expired, and all of these are removed; a stall is the longest time that nothing else could run. That ${sweeps} times, with others in their place: medians, the least and the most; the first time the code is cold.`,
        ...(quick ? [] : ["![bytes a session](plots/memory.svg)"]),
        table(
          ["what", ...titles, "sweep, ms", "longest stall, ms"],
          [...found].map(([name, footprints]) => {
            const { total, stall } = sweepOf(name);
            const never = Number.isNaN(total.median);
            return [
              name,
              ...footprints.map(({ bytes }) => bytes.toFixed(0)),
              never ? "never" : spreadFigure(total),
              never ? "-" : spreadFigure(stall),
            ];
          }),
        ),
      ].join("\n\n"),
      plots: {
        memory: barChart(
          "Bytes a session",
          [...found].map(([name, footprints]) => ({
            label: name.replaceAll(/[`*]/g, ""),
            spread: spread([footprints.at(-1)?.bytes ?? Number.NaN]),
            isOurs: name.includes("Sojourn"),
          })),
        ),
      },
    };
  },
};
