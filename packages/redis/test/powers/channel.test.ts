import {
  type RedisCluster,
  type RedisServer,
  startCluster,
  startProxy,
  startRedis,
  until,
} from "@sojourn/servers";
import { testChannel } from "@sojourn/testing/suites";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { clustered, type Connect, standalone } from "../clients/clients.ts";
import { channelsOf, cutListeners, listen, reach } from "./channels.ts";

let server: RedisServer;
let cluster: RedisCluster;

beforeAll(async () => {
  [server, cluster] = await Promise.all([startRedis(), startCluster()]);
}, 60_000);

afterAll(() => Promise.all([server.stop(), cluster.stop()]));

const clusterAddress = () => ({ ports: cluster.nodes.map(({ port }) => port) });

for (const name of ["ioredis 6", "node-redis 6"]) {
  testChannel(`Redis, through ${name}`, async () => {
    const proxy = await startProxy(server.port);
    const to = [proxy.port, server.port];
    const { channels, close } = await channelsOf(standalone[name] as Connect<number>, to);
    const [power, peer] = channels as [(typeof channels)[0], (typeof channels)[0]];
    return {
      power,
      peer,
      disconnect: () => proxy.cut(),
      stall: async () => proxy.stall(),
      async interrupt() {
        await proxy.cut();
        await proxy.heal();
      },
      async close() {
        await close();
        await proxy.stop();
      },
    };
  });

  testChannel(`Redis Cluster, through ${name}`, async () => {
    const connect = clustered[name] as (typeof clustered)["ioredis 6"];
    const { channels, close } = await channelsOf(connect, [clusterAddress(), clusterAddress()]);
    const [power, peer] = channels as [(typeof channels)[0], (typeof channels)[0]];
    return { power, peer, close, interrupt: () => cutListeners(cluster.nodes) };
  });
}

/** How many connections clients have to these servers, without replicas and who asks. */
async function connectionsTo(servers: readonly RedisServer[]): Promise<number> {
  const lists = await Promise.all(servers.map((one) => one.cli("CLIENT", "LIST")));
  const lines = lists.flatMap((list) => list.split("\n"));
  return lines.filter((line) => / flags=[NP] /.test(line) && !line.includes(" cmd=client|list "))
    .length;
}

const kinds = [
  ...Object.entries(standalone).map(([name, connect]) => ({
    name,
    open: () => channelsOf(connect, [server.port]),
    servers: () => [server],
  })),
  ...Object.entries(clustered).map(([name, connect]) => ({
    name: `a Cluster through ${name}`,
    open: () => channelsOf(connect, [clusterAddress()]),
    servers: () => cluster.nodes,
  })),
];

for (const { name, open, servers } of kinds) {
  test(`${name}: heard, told of a gap, heard again, and no connection is left`, async () => {
    const { channels, close } = await open();
    const [channel] = channels as [(typeof channels)[0]];
    const topics = Array.from({ length: 8 }, (_, i) => `${name} ${i}`);
    const ears = await Promise.all(topics.map((topic) => listen(channel, topic)));
    for (const [i, topic] of topics.entries()) await channel.publish(topic, `to ${i}`);
    await until("all are heard", () => ears.every(({ heard }) => heard.length === 1));
    expect(ears.map(({ heard }) => heard)).toEqual(topics.map((_, i) => [`to ${i}`]));
    expect(ears.map(({ gaps }) => gaps)).toEqual(topics.map(() => 0));

    await cutListeners(servers());
    await until("all are told", () => ears.every(({ gaps }) => gaps === 1));
    for (const [i, topic] of topics.entries()) await channel.publish(topic, `again ${i}`);
    await until("all are heard again", () => ears.every(({ heard }) => heard.length === 2));

    for (const { end } of ears) end();
    await close();
    // Nor do the store's own outlive what they were for.
    await until("no connection is left", async () => (await connectionsTo(servers())) === 0);
  });
}

describe("a Cluster that changes", () => {
  for (const [name, connect] of Object.entries(clustered)) {
    test(`${name}: when a slot moves, who listens there is told, and hears on the other node`, async () => {
      const { channels, close } = await channelsOf(connect, [clusterAddress(), clusterAddress()]);
      const [channel, peer] = channels as [(typeof channels)[0], (typeof channels)[0]];
      const topic = `moves ${name}`;
      const ear = await listen(channel, topic);
      await reach(peer, topic, ear);
      const slot = await cluster.slotOf(`channel:channel:${topic}`);
      const owner = await cluster.ownerOf(slot);
      const others = (await cluster.primaries()).filter(({ port }) => port !== owner.port);
      await cluster.moveSlot(slot, others[0]?.port ?? 0);
      await until("it is told", () => ear.gaps > 0);
      await reach(peer, topic, ear);
      // A second one comes when the clients know nothing of it yet.
      const late = await listen(peer, topic);
      await reach(channel, topic, late);
      await close();
    });
  }

  for (const name of ["ioredis 6", "node-redis 6"]) {
    test(`${name}: after a failover it is told, and hears`, async () => {
      const connect = clustered[name] as (typeof clustered)["ioredis 6"];
      const { channels, close } = await channelsOf(connect, [clusterAddress()]);
      const [channel] = channels as [(typeof channels)[0]];
      const topic = `fails over ${name}`;
      const ear = await listen(channel, topic);
      const owner = await cluster.ownerOf(await cluster.slotOf(`channel:channel:${topic}`));
      await cluster.failover((await cluster.replicaOf(owner.port)).port);
      await until("it is told", () => ear.gaps > 0);
      await reach(channel, topic, ear);
      await close();
    });
  }
});
