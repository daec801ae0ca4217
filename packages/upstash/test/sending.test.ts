import { StoreUnavailableError } from "@sojourn/core";
import { Redis } from "@upstash/redis";
import { Redis as CloudflareRedis } from "@upstash/redis/cloudflare";
import { afterAll, afterEach, beforeEach, describe, expect, test } from "vitest";
import { upstashStore } from "../src/index.ts";
import { startBridge } from "./bridge.ts";
import { NOW, operations, session } from "./records.ts";

const bridge = await startBridge();
afterAll(() => bridge.tell("stop"));
afterEach(() => bridge.tell("heal"));

// Longer than all of the client's back-offs together, so that none is cut short.
const timeLimit = 20_000;

const clients = {
  "as it comes": new Redis(bridge),
  "with retries of its owner's": new Redis({ ...bridge, retry: { retries: 9, backoff: () => 0 } }),
  "with retry: false": new Redis({ ...bridge, retry: false }),
  "without auto-pipelining": new Redis({ ...bridge, enableAutoPipelining: false }),
  "of @upstash/redis/cloudflare": new CloudflareRedis(bridge),
};

/** Gives what becomes of a call whose command is run, and whose reply is lost. */
async function losingReply(call: () => Promise<unknown>): Promise<unknown> {
  await bridge.tell("reset");
  await bridge.tell("hang", "after");
  const outcome = call().catch((error: unknown) => error);
  await expect.poll(async () => (await bridge.counts())[1], { timeout: 10_000 }).toBe(1);
  await bridge.tell("heal");
  return outcome;
}

describe.each(Object.entries(clients))("a client %s", (_, client) => {
  const store = upstashStore(client, { timeLimit });

  // So that Redis knows the scripts.
  beforeEach(async () => {
    for (const operation of Object.values(operations)) await operation(store, session());
  });

  test.each(Object.entries(operations))(
    "%s whose reply is lost is not sent again",
    async (_name, call) => {
      const record = session();
      await store.create(record, NOW);
      const outcome = await losingReply(() => call(store, record));
      expect(outcome).toBeInstanceOf(StoreUnavailableError);
      expect(String(outcome)).toContain("Whether the command was run is not known");
      expect(await bridge.counts()).toEqual([1, 1]);
    },
  );

  test("an update whose reply is lost has counted once", async () => {
    const record = session();
    await store.create(record, NOW);
    await losingReply(() => store.update(record, { set: { step: "1" } }, NOW));
    expect(await store.read(record, NOW)).toMatchObject({ version: 2 });
  });
});

test("nor is it with a middleware that comes after the store", async () => {
  const client = new Redis(bridge);
  const store = upstashStore(client, { timeLimit });
  client.use((request, next) => next(request));
  const record = session();
  await store.create(record, NOW);
  expect(await losingReply(() => store.delete(record))).toBeInstanceOf(StoreUnavailableError);
  expect(await bridge.counts()).toEqual([1, 1]);
});

test("the client's own commands are sent again, even with retry: false", async () => {
  const { "with retry: false": client } = clients;
  const key = `counter ${crypto.randomUUID()}`;
  expect(await losingReply(() => client.exec(["INCR", key]))).toBe(2);
});

test("and so they are beside a store on the same client", async () => {
  const client = new Redis({ ...bridge, retry: { retries: 1, backoff: () => 0 } });
  const store = upstashStore(client, { timeLimit });
  await store.create(session(), NOW);
  const key = `counter ${crypto.randomUUID()}`;
  expect(await losingReply(() => client.exec(["INCR", key]))).toBe(2);
});
