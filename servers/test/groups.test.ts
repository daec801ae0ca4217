import { startCluster, startSentinel } from "@sojourn/servers";
import { afterAll, expect, test } from "vitest";

const [cluster, group] = await Promise.all([startCluster(), startSentinel()]);
afterAll(() => Promise.all([cluster.stop(), group.stop()]));

test("three primaries of a cluster share the slots, and each has a replica", async () => {
  const primaries = await cluster.primaries();
  expect(cluster.nodes).toHaveLength(6);
  expect(primaries).toHaveLength(3);
  for (const node of cluster.nodes) {
    expect(await node.cli("cluster", "info")).toContain("cluster_slots_ok:16384");
  }
  const replicas = await Promise.all(primaries.map(({ port }) => cluster.replicaOf(port)));
  expect(new Set([...primaries, ...replicas])).toEqual(new Set(cluster.nodes));
});

test("a slot moves with its keys, and a test can act in the middle", async () => {
  const slot = await cluster.slotOf("{tag}");
  const from = await cluster.ownerOf(slot);
  const to = (await cluster.primaries()).find((node) => node !== from);
  if (to === undefined) throw new Error("There is one primary only.");
  const keys = Array.from({ length: 25 }, (_, i) => `{tag}${i}`);
  await from.cli("mset", ...keys.flatMap((key) => [key, key]));
  const seen: number[] = [];
  await cluster.moveSlot(slot, to.port, {
    async pauseBetween(moved) {
      seen.push(moved);
      await expect(from.cli("get", "{tag}none")).rejects.toThrow(
        `ASK ${slot} 127.0.0.1:${to.port}`,
      );
      if (moved === 10) await expect(from.cli("mget", ...keys)).rejects.toThrow("TRYAGAIN");
    },
  });
  expect(seen).toEqual([0, 10, 20, 25]);
  expect(await cluster.ownerOf(slot)).toBe(to);
  expect(await to.cli("mget", ...keys)).toBe(keys.join("\n"));
  await expect(from.cli("get", "{tag}24")).rejects.toThrow(`MOVED ${slot}`);
});

test("three sentinels watch a primary and two replicas", async () => {
  const primary = await group.primary();
  expect(group.nodes).toHaveLength(3);
  expect(await primary.cli("info", "replication")).toContain("connected_slaves:2");
  expect(group.addresses).toHaveLength(3);
  for (const sentinel of group.sentinels) {
    expect(await sentinel.cli("sentinel", "get-master-addr-by-name", group.name)).toBe(
      `127.0.0.1\n${primary.port}`,
    );
  }
});

// These two wait for timeouts of Redis: at the same time.

test.concurrent("a cluster fails over when asked, and when a primary is killed", async () => {
  const [primary] = await cluster.primaries();
  if (primary === undefined) throw new Error("There is no primary.");
  const replica = await cluster.replicaOf(primary.port);
  await cluster.failover(replica.port);
  expect(await cluster.primaries()).toContain(replica);
  expect(await cluster.replicaOf(replica.port)).toBe(primary);
  await replica.kill();
  await cluster.healthy();
  expect(await cluster.primaries()).toContain(primary);
  await replica.restart();
  await cluster.healthy();
  expect(await cluster.replicaOf(primary.port)).toBe(replica);
});

test.concurrent("sentinels fail over when asked, and when the primary is killed", async () => {
  const first = await group.primary();
  const second = await group.failover();
  expect(second).not.toBe(first);
  expect(await second.cli("set", "key", "value")).toBe("OK");
  const third = await group.killPrimary();
  expect(second.running).toBe(false);
  expect(await group.primary()).toBe(third);
  expect(await third.cli("get", "key")).toBe("value");
  await second.restart();
  await group.healthy();
  expect(await second.cli("role")).toContain(`slave\n127.0.0.1\n${third.port}`);
});
