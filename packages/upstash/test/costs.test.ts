import { Redis } from "@upstash/redis";
import { afterAll, beforeEach, describe, expect, test } from "vitest";
import { upstashStore } from "../src/index.ts";
import { startBridge } from "./bridge.ts";
import { HOUR, NOW, operations, session } from "./records.ts";

const bridge = await startBridge();
afterAll(() => bridge.tell("stop"));

/** HTTP requests and commands that a call costs. */
async function cost(call: () => Promise<unknown>): Promise<readonly [number, number]> {
  await bridge.tell("reset");
  await call();
  return bridge.counts();
}

const stores = {
  "as it comes": upstashStore(new Redis(bridge)),
  "with the server's clock": upstashStore(new Redis(bridge), { clock: "server" }),
  "with reads that may be stale": upstashStore(new Redis(bridge), { staleReads: "accept" }),
};

describe.each(Object.entries(stores))("a store %s", (_, store) => {
  // So that Redis knows the scripts.
  beforeEach(async () => {
    for (const operation of Object.values(operations)) await operation(store, session());
  });

  test.each(Object.entries(operations))("%s: one request, one command", async (_name, call) => {
    const record = session();
    await store.create(record, NOW);
    expect(await cost(() => call(store, record))).toEqual([1, 1]);
  });

  test("twenty operations at once: a request each, so that each has a fate of its own", async () => {
    const records = Array.from({ length: 20 }, () => session());
    const all = () => Promise.all(records.map((record) => store.create(record, NOW)));
    expect(await cost(all)).toEqual([20, 20]);
  });

  test("sweep without keepExpired: nothing", async () => {
    expect(await cost(() => store.sweep(NOW, 10))).toEqual([0, 0]);
  });
});

test("with keepExpired a create costs a second request, and a session that expired one more", async () => {
  const store = upstashStore(new Redis(bridge), {
    prefix: `${crypto.randomUUID()}:`,
    keepExpired: HOUR,
  });
  await store.create(session(), NOW);
  const record = session();
  expect(await cost(() => store.create(record, NOW))).toEqual([2, 2]);
  expect(await cost(() => store.update(record, { set: { step: "1" } }, NOW))).toEqual([1, 1]);
  await store.sweep(NOW + HOUR, 1);
  // The one that is due, itself, and that no more are due.
  expect(await cost(() => store.sweep(NOW + HOUR, 10))).toEqual([3, 3]);
});
