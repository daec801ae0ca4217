import { startReplicated, startUpstashBridge } from "@sojourn/servers";
import { Redis } from "@upstash/redis";
import { afterAll, beforeAll, expect, test } from "vitest";
import { upstashStore } from "../src/index.ts";
import { NOW, session } from "./records.ts";

const token = "token";
const replicated = await startReplicated();
const { primary, replica } = replicated;
const here = await startUpstashBridge(primary.port, { token });
const nearest = await startUpstashBridge(replica.port, { token });
afterAll(async () => {
  await Promise.all([here.stop(), nearest.stop()]);
  await replicated.stop();
});

const reads = new Set<string>();
beforeAll(async () => {
  const names = (await primary.cli("acl", "cat", "read")).split("\n");
  for (const name of names) reads.add(name.toUpperCase());
  expect(reads.has("HMGET")).toBe(true);
  expect(reads.has("EVALSHA")).toBe(false);
});

/**
 * As Upstash does: what only reads goes to the nearest replica, all else to the primary.
 * https://upstash.com/docs/redis/features/globaldatabase
 */
const client = new Redis({
  async request({ body }) {
    const [name] = body as string[];
    const { url } = reads.has(String(name).toUpperCase()) ? nearest : here;
    const headers = { Authorization: `Bearer ${token}` };
    const response = await fetch(url, { method: "POST", headers, body: JSON.stringify(body) });
    return response.json();
  },
});

async function revokedAfterwards(store: ReturnType<typeof upstashStore>): Promise<unknown> {
  const record = session();
  await store.create(record, NOW);
  await replicated.synced();
  replicated.hold();
  await store.deleteAll(record.partition, NOW);
  const found = await store.read(record, NOW);
  await replicated.release();
  return found;
}

test("a session that was revoked is gone at once, whatever the replicas know", async () => {
  expect(await revokedAfterwards(upstashStore(client))).toBeNull();
  expect(await revokedAfterwards(upstashStore(client, { clock: "server" }))).toBeNull();
});

test("with stale reads it is there until the nearest replica knows", async () => {
  expect(await revokedAfterwards(upstashStore(client, { staleReads: "accept" }))).not.toBeNull();
});

test("marks are read at the primary too", async () => {
  const { marks } = upstashStore(client).powers;
  replicated.hold();
  await marks.set("revoke everyone", NOW);
  expect(await marks.get("revoke everyone")).toBe(NOW);
  await replicated.release();
});

test("a read is one command at the server, and the one that it runs", async () => {
  const record = session();
  const store = upstashStore(new Redis(here));
  await store.create(record, NOW);
  await store.read(record, NOW);
  await primary.cli("config", "resetstat");
  await store.read(record, NOW);
  const stats = await primary.cli("info", "commandstats");
  expect(stats).toMatch(/cmdstat_evalsha:calls=1,/);
  expect(stats).toMatch(/cmdstat_hmget:calls=1,/);
});

test("after a SCRIPT FLUSH the text of a script travels once more, and then not again", async () => {
  const store = upstashStore(new Redis(here));
  const record = session();
  await store.create(record, NOW);
  await store.read(record, NOW);
  await primary.cli("script", "flush");
  for (const [operation, requests] of [
    [() => store.read(record, NOW), 2],
    [() => store.read(record, NOW), 1],
    [() => store.update(record, { set: { step: "1" } }, NOW), 2],
    [() => store.update(record, { set: { step: "2" } }, NOW), 1],
  ] as const) {
    here.reset();
    expect(await operation()).not.toBeNull();
    expect([here.requests, here.commands]).toEqual([requests, requests]);
  }
});
