import { createHash } from "node:crypto";
import { createStore } from "@sojourn/redis/layout";
import { figure, ratioFigure, spreadFigure, table } from "../table.ts";
import { connectionOf } from "./hash-per-partition.ts";
import { MAX } from "./layout.ts";
import { compareCpu, type RoundOptions } from "./rounds.ts";
import { NOW, sampleRecord } from "./sample.ts";
import { storeScripts } from "./scripts.ts";
import { inFlight, type Server } from "./server.ts";

/** The same bodies as scripts and as functions. */
export async function writes(server: Server, options: RoundOptions): Promise<string> {
  await server.empty();
  const { create, update } = await storeScripts();
  const names = new Map([
    [sha1(create), "create"],
    [sha1(update), "update"],
  ]);
  const library = [
    "#!lua name=writing",
    `redis.register_function('create', function(KEYS, ARGV) ${create}\nend)`,
    `redis.register_function('update', function(KEYS, ARGV) ${update}\nend)`,
  ].join("\n");
  await server.client.call("FUNCTION", "LOAD", "REPLACE", library);

  const scripts = connectionOf(server);
  const functions = {
    send(key: string, [, hash = "", ...rest]: readonly string[]) {
      const name = names.get(hash);
      if (name === undefined) throw new Error("Another script than these two.");
      return scripts.send(key, ["FCALL", name, ...rest]);
    },
  };
  const records = Array.from({ length: 5_000 }, (_, i) => sampleRecord(i, 5));
  const cells: string[][] = [];
  const limit = { max: MAX, onLimit: "evict-least-recent" } as const;
  const stores = [createStore(scripts), createStore(functions, { prefix: "functions:" })] as const;
  for (const store of stores) {
    await inFlight(records.length, 64, (i) =>
      store.create(records[i] as (typeof records)[0], NOW, { limit }),
    );
  }
  const kinds: Record<string, (store: (typeof stores)[0]) => (i: number) => Promise<unknown>> = {
    update: (store) => (i) =>
      store.update(
        records[(i * 7_919) % 5_000] as (typeof records)[0],
        { set: { visits: String(10 + (i % 90)) } },
        NOW,
      ),
    create: (store) => (i) => store.create(sampleRecord(1e6 + i), NOW, { limit }),
  };
  for (const [kind, run] of Object.entries(kinds)) {
    const contenders = stores.map((store, at) => ({
      name: `${kind}, ${at === 0 ? "EVALSHA (ours)" : "FCALL"}`,
      run: run(store),
    }));
    const found = await compareCpu(server, contenders, options);
    for (const { name, us, ratio } of found)
      cells.push([name, figure(us), spreadFigure(ratio, ratioFigure)]);
  }
  await server.client.call("FUNCTION", "FLUSH");
  await server.empty();
  return table(["write", "us of CPU", "by EVALSHA"], cells);
}

function sha1(text: string): string {
  return createHash("sha1").update(text).digest("hex");
}
