import { openConnection, requestText } from "../http/connection.ts";
import { type Peer, PEERS } from "../http/peers.ts";
import { startServer } from "../http/server.ts";
import { installPeers } from "../install.ts";
import { machine } from "../machine.ts";
import { check } from "../operation.ts";
import type { Part } from "../part.ts";
import { progress } from "../progress.ts";
import { runWorker } from "../run-worker.ts";
import { type Spread, spread } from "../statistics.ts";
import { figure, spreadFigure, table } from "../table.ts";
import { targetsTable } from "../targets.ts";

const worker = new URL("../peers/import.js", import.meta.url);

const IMPORTS: readonly (readonly [name: string, ...packages: string[]])[] = [
  ["nothing"],
  ["**Sojourn** for Hono", "@sojourn/hono", "@sojourn/memory"],
  ["**Sojourn** for Express", "@sojourn/node/express", "@sojourn/memory"],
  ...[
    "@remix-run/session",
    "hono-sessions",
    "@hono/session",
    "next-session",
    "iron-session",
    "koa-session",
    "express-session",
    "@fastify/session",
    "better-auth",
  ].map((name) => [name, name] as const),
];

export const cold: Part = {
  name: "cold",
  about: "from the start of a process to its first answer, and what an import takes",
  async run({ quick }) {
    if (!quick) installPeers();
    const rounds = quick ? 1 : 11;
    const peers = PEERS.filter(
      ({ kind, file }) =>
        kind !== "by hand" && (!quick || kind === "ours" || file.endsWith("/bare")),
    );
    const starts = new Map<string, number[]>(peers.map(({ file }) => [file, []]));
    for (let round = 0; round < rounds; round++) {
      progress(`cold: round ${round + 1} of ${rounds}`);
      for (const peer of peers) starts.get(peer.file)?.push(await firstAnswer(peer));
    }
    const imports = new Map<string, Spread>();
    const chosen = quick ? IMPORTS.slice(0, 3) : IMPORTS;
    const times = chosen.map((): number[] => []);
    for (let round = 0; round < rounds; round++) {
      for (const [i, [, ...names]] of chosen.entries()) {
        times[i]?.push(await runWorker<number>(worker, names));
      }
    }
    for (const [i, [name]] of chosen.entries()) imports.set(name, spread(times[i] as number[]));

    const addedTo = (file: string, floor: string) =>
      spread((starts.get(file) ?? []).map((ms, i) => ms - (starts.get(floor)?.[i] ?? Number.NaN)));
    return [
      `Measured by \`npm run bench -- cold\` on ${machine()}: each figure is the median of ${rounds} rounds, in which all take turns, with the least and the most of them. Imports are of the file system's cache.`,
      targetsTable([
        {
          what: "first answer, later than that of bare Hono",
          most: 5,
          unit: "ms",
          measured: addedTo("hono/sojourn", "hono/bare").median,
          explained: "[decision 0013](../docs/decisions/0013-built-in.md) says what it is made of",
        },
        {
          what: "import of `@sojourn/hono` and `@sojourn/memory`",
          most: 10,
          unit: "ms",
          measured: imports.get("**Sojourn** for Hono")?.median ?? Number.NaN,
        },
      ]),
      table(
        ["what", "process start to first answer, ms", "later than bare, ms"],
        peers.map(({ file, framework, name, kind }) => [
          `${framework}: ${kind === "ours" ? `**${name}**` : name}`,
          spreadFigure(spread(starts.get(file) ?? []), figure),
          kind === "bare" ? "-" : spreadFigure(addedTo(file, `${framework}/bare`)),
        ]),
      ),
      table(
        ["what", "import, ms"],
        [...imports].map(([name, all]) => [name, spreadFigure(all)]),
      ),
    ].join("\n\n");
  },
};

/** ms from the start of the process until it has answered a request. */
async function firstAnswer({ file }: Peer): Promise<number> {
  const start = performance.now();
  const server = await startServer(file);
  const connection = openConnection(server.port);
  const { status, body } = await connection.send(requestText("GET", "/me"));
  const elapsed = performance.now() - start;
  check(status === 200 && body === "nobody");
  connection.close();
  await server.stop();
  return elapsed;
}
