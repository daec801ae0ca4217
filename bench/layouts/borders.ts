import type { Store } from "@sojourn/core";
import { ratioFigure, table } from "../table.ts";
import { type Layout, MAX, type Operations } from "./layout.ts";
import { bytesPerSession } from "./memory.ts";
import { compareCpu, type RoundOptions } from "./rounds.ts";
import { HOUR, NOW, sampleRecord } from "./sample.ts";
import { inFlight, type Server } from "./server.ts";
import { createStore } from "@sojourn/redis/layout";
import { connectionOf, withBorder } from "./hash-per-partition.ts";

const together: Layout = withBorder(Infinity, "in one field");
const apart: Layout = withBorder(0, "apart");

/** What it costs to have data of one size apart, by what it costs to have it in the record. */
export async function borders(
  server: Server,
  sizes: readonly number[],
  options: RoundOptions,
): Promise<string> {
  const rows: string[][] = [];
  for (const bytes of sizes) {
    // Of large ones few will do.
    const fit = (count: number) => Math.max(20, Math.min(count, Math.floor(4e6 / bytes)));
    const load = { sessions: fit(2_000), perUser: 1, bytes };
    const memory = [];
    for (const layout of [together, apart])
      memory.push(await bytesPerSession(server, layout, load));
    const [inOne = 0, inTwo = 0] = memory;
    const ratios = await operations(server, bytes, { ...options, calls: fit(options.calls) });
    rows.push([`${bytes} bytes`, inOne.toFixed(0), ...[inTwo / inOne, ...ratios].map(ratioFigure)]);
  }
  const head = ["data", "bytes in one", "memory, apart", "read", "update", "touch", "login at 100"];
  return table(head, rows);
}

async function operations(server: Server, bytes: number, options: RoundOptions): Promise<number[]> {
  await server.empty();
  const records = Array.from({ length: MAX }, (_, i) => ({
    ...sampleRecord(i, MAX, bytes),
    lastSeenAt: NOW + i,
  }));
  const of = (i: number) => records[i % MAX] as (typeof records)[0];
  const kinds: ((opened: Opened) => (i: number) => Promise<unknown>)[] = [
    ({ one }) =>
      (i) =>
        one.read(of(i)),
    ({ one }) =>
      (i) =>
        one.update(of(i), "visits", String(10 + (i % 90)), NOW),
    ({ store }) =>
      (i) => {
        const touch = { lastSeenAt: NOW + MAX + i, idleExpiresAt: NOW + HOUR };
        return store.update(of(i), { touch }, NOW);
      },
    ({ one }) =>
      (i) => {
        const { partition } = of(0);
        // It is the one to go when the next one comes, so that the others stay.
        return one.create({ ...sampleRecord(1e6 + i), partition, lastSeenAt: NOW - 1 }, NOW, MAX);
      },
  ];
  const opened: Opened[] = [];
  for (const layout of [together, apart]) {
    const { name } = layout;
    const one = await layout.open(server, `${name}:`);
    await inFlight(MAX, 1, (i) => one.create(of(i), NOW, MAX));
    const store = createStore(connectionOf(server), { prefix: `${name}:` });
    opened.push({ name, one, store });
  }
  const ratios = [];
  for (const kind of kinds) {
    const contenders = opened.map((each) => ({ name: each.name, run: kind(each) }));
    const [, second] = await compareCpu(server, contenders, options);
    ratios.push(second?.ratio.median ?? Number.NaN);
  }
  await server.empty();
  return ratios;
}

interface Opened {
  readonly name: string;
  readonly one: Operations;
  /** For what the layouts have in common. */
  readonly store: Store;
}
