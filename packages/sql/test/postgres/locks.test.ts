import type { Store } from "@sojourn/core";
import type { Client } from "pg";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { clients } from "./clients.ts";
import {
  HOUR,
  holdRow,
  isolations,
  newPartition,
  NOW,
  namesIn,
  recordOf,
  startWorld,
  type World,
} from "./world.ts";

const LIMIT = { max: 2, onLimit: "evict-least-recent" } as const;

let world: World;

beforeAll(async () => {
  world = await startWorld();
}, 60_000);
afterAll(() => world.stop());

const both = Object.entries(clients).flatMap(([client, open]) =>
  Object.entries(isolations).map(([isolation, database]) => ({
    client,
    open,
    isolation,
    database,
  })),
);

// Somebody else holds a lock, so that it is known who comes first.
describe.each(both)("$client, $isolation", ({ open, database }) => {
  let store: Store;
  let other: Client;

  beforeAll(async () => {
    store = world.open(open, { database, max: 3, timeLimit: 20_000 });
    other = await world.connect(database);
  });

  async function setUp(names: readonly string[], fields?: Parameters<typeof recordOf>[2]) {
    const partition = newPartition();
    for (const name of names) await store.create(recordOf(partition, name, fields), NOW);
    return partition;
  }

  test("a touch that was under way when a login looked for the least recently seen counts", async () => {
    const partition = await setUp(["a", "b"]);
    const [a, b] = [recordOf(partition, "a"), recordOf(partition, "b")];
    await store.update(b, { touch: { lastSeenAt: NOW + 1, idleExpiresAt: NOW + HOUR } }, NOW);
    const release = await holdRow(other, a);
    const touch = store.update(
      a,
      { touch: { lastSeenAt: NOW + 2, idleExpiresAt: NOW + HOUR } },
      NOW,
    );
    await world.waiting(1);
    const login = store.create(recordOf(partition, "c"), NOW, { limit: LIMIT });
    await world.waiting(2);
    await release();
    expect(await touch).toMatchObject({ status: "updated" });
    expect(await login).toEqual({ status: "created", evicted: [b.handle] });
    expect(await namesIn(store, partition)).toEqual(["a", "c"]);
  });

  test("of two writes that expect the same text, the one that had to wait is a conflict", async () => {
    const partition = await setUp(["a"], { data: { n: "1" } });
    const a = recordOf(partition, "a");
    const release = await holdRow(other, a);
    const writes = ["2", "3"].map((n) =>
      store.update(a, { expect: { n: "1" }, set: { n } }, NOW).then(({ status }) => status),
    );
    await world.waiting(2);
    await release();
    expect((await Promise.all(writes)).toSorted()).toEqual(["conflict", "updated"]);
    expect(await store.read(a, NOW)).toMatchObject({ version: 2 });
  });

  test("writes of two keys that wait for one another both survive", async () => {
    const partition = await setUp(["a"]);
    const a = recordOf(partition, "a");
    const release = await holdRow(other, a);
    const writes = ["x", "y"].map((key) => store.update(a, { set: { [key]: "1" } }, NOW));
    await world.waiting(2);
    await release();
    await Promise.all(writes);
    expect(await store.read(a, NOW)).toMatchObject({ data: { x: "1", y: "1" }, version: 3 });
  });

  test("of two that renew one credential while they wait, one does", async () => {
    const partition = await setUp(["a"]);
    const a = recordOf(partition, "a");
    const release = await holdRow(other, a);
    const renewals = ["x", "y"].map((to) =>
      store.update(a, { credential: { from: "credential", to } }, NOW),
    );
    await world.waiting(2);
    await release();
    const renewed = (await Promise.all(renewals)).map(
      (outcome) => "renewed" in outcome && outcome.renewed,
    );
    expect(renewed.toSorted()).toEqual([false, true]);
  });

  test("a write that waits for a deletion finds nothing, and brings nothing back", async () => {
    const partition = await setUp(["a"]);
    const a = recordOf(partition, "a");
    const release = await holdRow(other, a);
    const removal = store.delete(a);
    await world.waiting(1);
    const write = store.update(a, { set: { x: "1" } }, NOW);
    await world.waiting(2);
    await release();
    expect(await removal).toBe("deleted");
    expect(await write).toEqual({ status: "gone" });
    expect(await namesIn(store, partition)).toEqual([]);
  });

  test("a login that was under way when all were revoked is removed", async () => {
    const partition = await setUp(["a"]);
    const release = await holdRow(other, recordOf(partition, "a"));
    // It has the user's lock, and waits for the row.
    const login = store.create(recordOf(partition, "b"), NOW, {
      replaces: recordOf(partition, "a").handle,
    });
    await world.waiting(1);
    const revocation = store.deleteAll(partition, NOW);
    await world.waiting(2);
    await release();
    expect(await login).toMatchObject({ status: "created" });
    expect(await revocation).toEqual([recordOf(partition, "b").handle]);
    expect(await namesIn(store, partition)).toEqual([]);
  });

  test("a login that waits for a revocation of all is refused", async () => {
    const partition = await setUp(["a"]);
    const release = await holdRow(other, recordOf(partition, "a"));
    const revocation = store.deleteAll(partition, NOW);
    await world.waiting(1);
    const login = store.create(recordOf(partition, "b"), NOW);
    await world.waiting(2);
    await release();
    expect(await revocation).toEqual([recordOf(partition, "a").handle]);
    expect(await login).toEqual({ status: "revoked" });
    expect(await namesIn(store, partition)).toEqual([]);
  });

  test("of two sweeps at once each gets what the other did not, and neither waits", async () => {
    const partition = await setUp(["a", "b", "c"], { expiresAt: NOW + 1 });
    const late = NOW + 2;
    const release = await holdRow(other, recordOf(partition, "b"));
    const swept = (await Promise.all([store.sweep(late, 1_000), store.sweep(late, 1_000)])).flat();
    const names = swept
      .filter((record) => record.partition === partition)
      .map(({ handle }) => handle);
    expect(names.toSorted()).toEqual(["a", "c"].map((name) => recordOf(partition, name).handle));
    await release();
    expect(await store.sweep(late, 1_000)).toMatchObject([
      { handle: recordOf(partition, "b").handle },
    ]);
  });

  test("what is touched at the moment is not swept", async () => {
    const partition = await setUp(["a"], { idleExpiresAt: NOW + 1 });
    const a = recordOf(partition, "a");
    const release = await holdRow(other, a);
    await other.query(
      "UPDATE sojourn_sessions SET idle_expires_at = $3 WHERE partition_key = $1 AND handle = $2",
      [partition, a.handle, NOW + HOUR],
    );
    expect(await store.sweep(NOW + 2, 1_000)).toEqual([]);
    await release();
    expect(await store.sweep(NOW + 2, 1_000)).toEqual([]);
    expect(await store.read(a, NOW + 2)).not.toBe(null);
  });

  test("a sweep takes no more than it is told", async () => {
    const partition = await setUp(["a", "b", "c"], { expiresAt: NOW + 1 });
    expect(await store.sweep(NOW + 2, 2)).toHaveLength(2);
    expect(await store.sweep(NOW + 2, 2)).toMatchObject([{ partition }]);
  });
});
