import { type Clock, systemClock } from "@sojourn/core";
import { redisStore } from "@sojourn/redis";
import { type RedisServer, startProxy, startRedis, until } from "@sojourn/servers";
import { Redis } from "ioredis";
import { createClient } from "redis";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createChannel } from "../../src/internal/channel/channel.ts";
import { connect } from "../../src/internal/clients/connect.ts";
import { guard } from "../../src/internal/guard.ts";
import { quiet } from "../clients/clients.ts";
import { listen, reach } from "./channels.ts";

let server: RedisServer;

beforeAll(async () => (server = await startRedis()));
afterAll(() => server.stop());

/** Looks at connections every 100 ms and not every 10 s. */
const hasty: Clock = {
  now: () => Date.now(),
  sleep: (ms, ...rest) => systemClock.sleep(ms === 10_000 ? 100 : ms, ...rest),
};

for (const [name, open] of Object.entries({
  ioredis: async (port: number) => {
    const client = quiet(new Redis(port));
    return { client, close: () => client.disconnect() };
  },
  "node-redis": async (port: number) => {
    const client = await quiet(createClient({ socket: { port } })).connect();
    return { client, close: () => client.destroy() };
  },
})) {
  test(`${name}: a connection that has gone silent is noticed`, async () => {
    const proxy = await startProxy(server.port);
    const { client, close } = await open(proxy.port);
    const options = { prefix: "silent:", timeLimit: 500, clock: hasty };
    const channel = createChannel(client, guard(connect(client)), options);
    const ear = await listen(channel, "topic");
    const { connections } = proxy;
    proxy.drop();
    await until("it is given up", () => proxy.connections !== connections);
    expect(ear.gaps).toBe(0);
    await proxy.heal();
    await until("it is told", () => ear.gaps > 0);
    await reach(channel, "topic", ear);
    channel.close();
    close();
    await proxy.stop();
  });

  test(`${name}: when the store is closed all subscriptions end, and so do their connections`, async () => {
    const { client, close } = await open(server.port);
    const store = redisStore(client, { prefix: "closed:" });
    const { channel } = store.powers;
    const ears = await Promise.all(["a", "b", "c"].map((topic) => listen(channel, topic)));
    const listening = async () => {
      const heard = await server.cli("PUBSUB", "CHANNELS", "closed:*");
      return heard === "" ? 0 : heard.split("\n").length;
    };
    expect(await listening()).toBe(3);
    await store.close();
    await until("nobody listens", async () => (await listening()) === 0);
    // The client is still open, and goes on.
    await channel.publish("a", "message");
    expect(ears.map(({ heard, gaps }) => [heard, gaps])).toEqual([
      [[], 0],
      [[], 0],
      [[], 0],
    ]);
    close();
  });
}

test("clients that put the same before every key hear each other; others don't", async () => {
  const clients = ["one:", "one:", "two:", ""].map((keyPrefix) =>
    quiet(new Redis(server.port, { keyPrefix })),
  );
  const other = await quiet(createClient({ socket: { port: server.port } })).connect();
  const nodeRedis = await quiet(
    createClient({
      socket: { port: server.port },
      keyPrefix: "one:",
      RESP: 2,
      commandOptions: { typeMapping: { 36: Buffer, 43: Buffer } },
    }),
  ).connect();
  const channels = [...clients, nodeRedis, other].map(
    (client) => redisStore(client).powers.channel,
  );
  const ending = new AbortController();
  const heard: (readonly [number, unknown])[] = [];
  for (const [i, channel] of channels.entries()) {
    const { signal } = ending;
    await channel.subscribe("topic", (message) => heard.push([i, message]), { signal, onGap() {} });
  }
  await channels[0]?.publish("topic", "to one");
  await channels[2]?.publish("topic", "to two");
  await channels[4]?.publish("topic", "to one again");
  await channels[5]?.publish("topic", "to those without");
  await until("all is heard", () => heard.length >= 9);
  expect(heard.toSorted((a, b) => a[0] - b[0])).toEqual([
    [0, "to one"],
    [0, "to one again"],
    [1, "to one"],
    [1, "to one again"],
    [2, "to two"],
    [3, "to those without"],
    [4, "to one"],
    [4, "to one again"],
    [5, "to those without"],
  ]);
  ending.abort();
  for (const client of clients) client.disconnect();
  nodeRedis.destroy();
  other.destroy();
});

test("who may not listen is told at once, and why", async () => {
  await server.cli("ACL", "SETUSER", "deaf", "on", ">secret", "+@all", "~*", "resetchannels");
  const client = quiet(new Redis(server.port, { username: "deaf", password: "secret" }));
  const { channel } = redisStore(client, { timeLimit: 20_000 }).powers;
  const { signal } = new AbortController();
  const refused = { code: "store-unavailable", message: expect.stringContaining("NOPERM") };
  await expect(channel.subscribe("a", () => {}, { signal, onGap() {} })).rejects.toMatchObject(
    refused,
  );
  await expect(channel.publish("a", "message")).rejects.toMatchObject(refused);
  client.disconnect();
});
