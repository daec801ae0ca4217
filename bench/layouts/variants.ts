import type { NewSessionRecord } from "@sojourn/core";
import { figure, ratioFigure, table } from "../table.ts";
import { choose, encodings, store, touch } from "./encodings.ts";
import { compareCpu, type RoundOptions } from "./rounds.ts";
import { HOUR, NOW, sampleRecord } from "./sample.ts";
import { inFlight, type Server } from "./server.ts";

/** As lines: twelve texts of the envelope, and those of the data. */
function lines(record: NewSessionRecord): string {
  const texts = [
    "1",
    "1",
    record.createdAt,
    record.authenticatedAt,
    record.lastSeenAt,
    record.idleExpiresAt,
    record.expiresAt,
    record.policy,
    "0",
    `=${record.userId}`,
    "",
    record.credential,
    ...Object.entries(record.data).flat(),
  ];
  return `${texts.join("\n")}\n`;
}

async function putter(server: Server, lua: string) {
  const run = await server.script(store(lua));
  return (key: string, record: NewSessionRecord) =>
    run(key, [record.handle, String(HOUR), lines(record)]);
}

/** Other ways of writing a record: what they take, and what a touch and a look through 100 cost. */
export async function variants(
  server: Server,
  sessions: number,
  options: RoundOptions,
): Promise<string> {
  const cells = encodings.map(({ name }) => [name]);
  for (const [at, { lua }] of encodings.entries()) {
    const { length, memory } = await sizes(server, lua, sessions);
    cells[at]?.push(String(length), memory.toFixed(0));
  }

  const records = Array.from({ length: 100 }, (_, i) => sampleRecord(i, 100));
  const touches = [];
  const choices = [];
  for (const { name, lua } of encodings) {
    const put = await putter(server, lua);
    for (const record of records) await put(name, record);
    const touching = await server.script(touch(lua));
    const choosing = await server.script(choose(lua));
    const run = (i: number) => {
      const { handle } = records[i % 100] as (typeof records)[0];
      return touching(name, [handle, String(NOW), String(NOW + i), String(NOW + HOUR)]);
    };
    touches.push({ name, run });
    choices.push({ name, run: () => choosing(name, []) });
  }
  const few = { ...options, calls: Math.ceil(options.calls / 10) };
  for (const found of [
    await compareCpu(server, touches, options),
    await compareCpu(server, choices, few),
  ]) {
    found.forEach(({ us, ratio }, at) => cells[at]?.push(figure(us), ratioFigure(ratio.median)));
  }
  await server.empty();
  const head = ["a record as", "bytes", "memory", "touch, us", "by ours", "100, us", "by ours"];
  return table(head, cells);
}

async function sizes(server: Server, lua: string, sessions: number) {
  await server.empty();
  const put = await putter(server, lua);
  await put("one", sampleRecord(0));
  const length = await server.client.hstrlen("one", sampleRecord(0).handle);
  await server.empty();
  const before = await server.memory();
  await inFlight(sessions, 64, (i) => {
    const record = sampleRecord(i);
    return put(`sojourn:{${record.partition}}`, record);
  });
  const memory = ((await server.memory()) - before) / sessions;
  await server.empty();
  return { length, memory };
}
