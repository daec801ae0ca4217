import { startRedis } from "@sojourn/servers";
import { type Peer, PEERS } from "../http/peers.ts";
import { startServer } from "../http/server.ts";
import { installPeers } from "../install.ts";
import type { Part } from "../part.ts";
import { progress } from "../progress.ts";
import { table } from "../table.ts";
import { TARGET_TITLES } from "../targets.ts";
import { ABSENCES, type Absence, type Away, goAway, replyText } from "./away.ts";
import { type Outcome, RACES } from "./races.ts";

const AT_ONCE = 200;

export const races: Part = {
  name: "races",
  about: "what happens at once: lost writes, sessions that come back, fixation, limits",
  async run({ quick }) {
    // The short form needs no network: only what is ours.
    if (!quick) installPeers();
    const atOnce = quick ? 50 : AT_ONCE;
    const peers = PEERS.filter(({ file, kind }) =>
      quick ? file === "hono/sojourn" : kind === "other" || /^hono.(by-hand|sojourn)/.test(file),
    );
    const rows: string[][] = [];
    for (const peer of peers) {
      progress(`races: ${peer.file}`);
      rows.push([nameOf(peer), ...(await outcomes(peer, atOnce)).map(textOf)]);
    }
    return [
      `Tried by \`npm run bench -- races\` over HTTP on every library, on Redis where it has a store, with ${atOnce} requests at once; each is configured as its own documentation advises. What did not survive is in italics.`,
      // The other way round it would be too wide.
      table(["what", ...rows.map(([name]) => name as string)], transposed(rows)),
      ...(quick ? [] : await absences(peers)),
    ].join("\n\n");
  },
};

async function outcomes(peer: Peer, atOnce: number): Promise<(Outcome | undefined)[]> {
  const redis = await startRedis();
  const hasStore = peer.places.includes("redis");
  const server = await startServer(peer.file, hasStore ? { redis: redis.port } : {});
  try {
    const found: (Outcome | undefined)[] = [];
    for (const race of RACES) found.push(await race.run(server, peer, atOnce));
    return found;
  } finally {
    await server.stop();
    await redis.stop();
  }
}

/** All servers at once: it is waiting that takes long here. */
async function absences(peers: readonly Peer[]): Promise<string[]> {
  const stored = peers.filter(({ places }) => places.includes("redis"));
  const texts: string[] = [];
  for (const absence of ABSENCES) {
    progress(`races: Redis ${absence}`);
    const found = await Promise.all(stored.map((peer) => goAway(peer, absence)));
    const ours = found[stored.findIndex(({ kind }) => kind === "ours")] as Away;
    texts.push(
      `### Redis ${absence}`,
      awayTargets(ours, absence),
      awayTable(stored, found, absence),
    );
  }
  return texts;
}

/** ms: the time limit of a store, and what a busy machine may add; and what is at once. */
const [IN_TIME, AT_ONCE_MS] = [1_250, 100];

function awayTargets({ read, again, anonymous }: Away, absence: Absence): string {
  const rows = [
    ["signed-in read", "503 within the time limit of 1 s", read, 503, IN_TIME],
    ["the same again", "503 at once", again, 503, AT_ONCE_MS],
    ["anonymous", "200 at once", anonymous, 200, AT_ONCE_MS],
  ] as const;
  return table(
    TARGET_TITLES,
    rows.map(([what, target, given, status, within]) => {
      const met = given !== undefined && given.status === status && given.after <= within;
      return [`Redis ${absence}: ${what}`, target, replyText(given), met ? "yes" : "no"];
    }),
  );
}

function awayTable(peers: readonly Peer[], found: readonly Away[], absence: Absence): string {
  const rows = peers.map((peer, i) => {
    const { read, again, anonymous, login } = found[i] as Away;
    return [nameOf(peer), ...[read, again, anonymous, login].map(replyText)];
  });
  return table(
    [
      `what, while Redis ${absence}`,
      "signed-in read",
      "the same again",
      "anonymous, the handler does not ask",
      "login",
    ],
    rows,
  );
}

function transposed(rows: readonly (readonly string[])[]): string[][] {
  return RACES.map(({ name }, i) => [name, ...rows.map((row) => row[i + 1] as string)]);
}

function nameOf({ name, kind }: Peer): string {
  return kind === "ours" ? `**${name}**` : name;
}

function textOf(outcome: Outcome | undefined): string {
  if (outcome === undefined) return "-";
  return outcome.survived ? outcome.what : `_${outcome.what}_`;
}
