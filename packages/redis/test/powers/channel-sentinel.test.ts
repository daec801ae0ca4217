import { type RedisSentinel, startSentinel, until } from "@sojourn/servers";
import { afterAll, beforeAll, expect, test } from "vitest";
import { throughSentinel } from "../clients/clients.ts";
import { channelsOf, cutListeners, listen, reach } from "./channels.ts";

let group: RedisSentinel;

beforeAll(async () => {
  group = await startSentinel();
}, 60_000);

afterAll(() => group.stop());

test("through Sentinel: heard, told of a failover, and heard on the new primary", async () => {
  const opened = await Promise.all(
    Object.values(throughSentinel).map((connect) => channelsOf(connect, [group])),
  );
  const channels = opened.map(({ channels: [channel] }) => channel as NonNullable<typeof channel>);
  const ears = await Promise.all(channels.map((channel) => listen(channel, "topic")));
  for (const [i, channel] of channels.entries()) await channel.publish("topic", `${i}`);
  await until("all are heard by all", () =>
    ears.every(({ heard }) => heard.length === ears.length),
  );

  await cutListeners([await group.primary()]);
  await until("all are told of the cut", () => ears.every(({ gaps }) => gaps === 1));
  await group.failover();
  await until("all are told of the failover", () => ears.every(({ gaps }) => gaps > 1));
  for (const [i, channel] of channels.entries())
    await reach(channel, "topic", ears[i] as (typeof ears)[0]);
  expect(ears.length).toBe(4);
  await Promise.all(opened.map(({ close }) => close()));
});
