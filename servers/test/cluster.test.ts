import { startCluster } from "@sojourn/servers";
import { afterAll, expect, test } from "vitest";

const cluster = await startCluster();
afterAll(() => cluster.stop());

test("three primaries share the slots, and each has a replica", async () => {
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
  for (let i = 0; i < 25; i++) await from.cli("set", `{tag}${i}`, `${i}`);
  const seen: number[] = [];
  await cluster.moveSlot(slot, to.port, {
    async pauseBetween(moved) {
      seen.push(moved);
      await expect(from.cli("get", "{tag}none")).rejects.toThrow(
        `ASK ${slot} 127.0.0.1:${to.port}`,
      );
      if (moved !== 10) return;
      const keys = Array.from({ length: 25 }, (_, i) => `{tag}${i}`);
      await expect(from.cli("mget", ...keys)).rejects.toThrow("TRYAGAIN");
    },
  });
  expect(seen).toEqual([0, 10, 20, 25]);
  expect(await cluster.ownerOf(slot)).toBe(to);
  expect(await to.cli("get", "{tag}24")).toBe("24");
  await expect(from.cli("get", "{tag}24")).rejects.toThrow(`MOVED ${slot}`);
});

test("a failover makes the replica the primary; killing that one brings the first back", async () => {
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
