import { figure, ratioFigure, table } from "../table.ts";
import { commandsOf } from "./commands.ts";
import { inline, ours } from "./hash-per-partition.ts";
import { fieldPerKey, twoHashes } from "./hashes.ts";
import { GUARANTEES, type Layout, MAX, type Operations } from "./layout.ts";
import { bytesPerSession } from "./memory.ts";
import { compareCpu, type Cost, type RoundOptions } from "./rounds.ts";
import { NOW, sampleRecord } from "./sample.ts";
import { inFlight, type Server } from "./server.ts";
import { dataAlone, indexedBySet, indexedByTime, plain } from "./strings.ts";

const layouts: readonly Layout[] = [
  plain,
  indexedBySet,
  indexedByTime,
  inline,
  ours,
  fieldPerKey,
  twoHashes,
];

export function guarantees(): string {
  const words = (given: boolean | string) =>
    typeof given === "string" ? given : given ? "yes" : "no";
  const rows = layouts.map(({ name, gives }) => [name, ...gives.map(words)]);
  return table(["layout", ...GUARANTEES], rows);
}

export async function memory(server: Server, sessions: number): Promise<string> {
  const rows: string[][] = [];
  const bases: number[] = [];
  for (const layout of [...layouts, dataAlone]) {
    const cells = [layout.name];
    for (const [column, load] of [{ perUser: 1 }, { perUser: 5 }].entries()) {
      const bytes = await bytesPerSession(server, layout, { sessions, bytes: 200, ...load });
      bases[column] ??= bytes;
      cells.push(bytes.toFixed(0), ratioFigure(bytes / bases[column]));
    }
    rows.push(cells);
  }
  return table(["bytes a session", "1 a user", "by SET", "5 a user", "by SET"], rows);
}

/** Users with so many sessions each, in every layout. */
const USERS = 1_000;
const PER_USER = 5;
const records = Array.from({ length: USERS * PER_USER }, (_, i) => sampleRecord(i, PER_USER));
const record = (i: number) => records[(i * 7_919) % records.length] as (typeof records)[0];

export async function operations(server: Server, options: RoundOptions): Promise<string> {
  await server.empty();
  const opened: Operations[] = [];
  for (const [at, layout] of layouts.entries()) {
    opened.push(await layout.open(server, `layout${at}:`));
  }
  const cells = layouts.map(({ name }) => [name]);
  const commands = layouts.map(({ name }) => [name]);

  for (const [at, one] of opened.entries()) {
    await inFlight(records.length, 64, (i) => one.create(record(i), NOW, MAX));
    const extra = sampleRecord(-1, PER_USER);
    // From here on the server knows the scripts.
    await one.update(record(0), "visits", "18", NOW);
    commands[at]?.push(
      await commandsOf(server, () => one.read(record(0))),
      await commandsOf(server, () => one.update(record(0), "visits", "18", NOW)),
      await commandsOf(server, () => one.create(extra, NOW, MAX)),
    );
  }
  const costs: Record<string, (one: Operations) => (i: number) => Promise<unknown>> = {
    read: (one) => (i) => one.read(record(i)),
    update: (one) => (i) => one.update(record(i), "visits", String(10 + (i % 90)), NOW),
    create: (one) => (i) => one.create(sampleRecord(1e6 + i), NOW, MAX),
  };
  for (const run of Object.values(costs)) {
    const contenders = opened.map((one, at) => ({
      name: layouts[at]?.name ?? "",
      run: run(one),
    }));
    const found = await compareCpu(server, contenders, options);
    found.forEach(({ us, ratio }, at) => cells[at]?.push(figure(us), ratioFigure(ratio.median)));
  }
  await server.empty();
  return [
    table(
      ["us of the server's CPU", "read", "by GET", "update", "by SET", "create", "by SET"],
      cells,
    ),
    table(["commands inside the server", "read", "update", "create"], commands),
  ].join("\n\n");
}

/** A login of a user who has as many sessions as may be, which hold that much each. */
export async function logins(
  server: Server,
  bytes: number,
  options: RoundOptions,
): Promise<Cost[]> {
  const able = layouts.filter(
    ({ gives }) => gives[1] !== "no limit" && gives[1] !== "no order to evict by",
  );
  await server.empty();
  const contenders = [];
  for (const [at, layout] of able.entries()) {
    const one = await layout.open(server, `layout${at}:`);
    const { partition } = sampleRecord(0);
    for (let i = 0; i < MAX; i++) {
      const other = { ...sampleRecord(i, MAX, bytes), partition };
      await one.create({ ...other, lastSeenAt: NOW + i }, NOW, MAX);
    }
    contenders.push({
      name: layout.name,
      // The one that came before goes, so that the others stay as they are.
      run: (i: number) =>
        one.create({ ...sampleRecord(1e6 + i), partition, lastSeenAt: NOW - 1 }, NOW, MAX),
    });
  }
  const found = await compareCpu(server, contenders, options);
  await server.empty();
  return found;
}
