import type { Channel } from "@sojourn/core";
import { redisStore } from "@sojourn/redis";
import { type RedisServer, until } from "@sojourn/servers";
import type { Connect } from "../clients/clients.ts";

/** Channels of several stores, each on a client of its own. */
export async function channelsOf<To>(
  connect: Connect<To>,
  to: readonly To[],
): Promise<{ readonly channels: readonly Channel[]; close(): Promise<void> }> {
  const connected = await Promise.all(to.map((one) => connect(one)));
  const stores = connected.map(({ client }) =>
    redisStore(client, { prefix: "channel:", timeLimit: 500, onWarning() {} }),
  );
  return {
    channels: stores.map(({ powers }) => powers.channel),
    async close() {
      await Promise.all(stores.map((store) => store.close()));
      for (const { close } of connected) await close();
    },
  };
}

/** Cuts what is listened on, and nothing else. */
export async function cutListeners(servers: readonly RedisServer[]): Promise<void> {
  await Promise.all(servers.map((server) => server.cli("CLIENT", "KILL", "TYPE", "pubsub")));
}

/** A subscription, and what it was told. */
export interface Ear {
  readonly heard: readonly string[];
  readonly gaps: number;
  end(): void;
}

export async function listen(channel: Channel, topic: string): Promise<Ear> {
  const heard: string[] = [];
  const ending = new AbortController();
  const ear = { heard, gaps: 0, end: () => ending.abort() };
  await channel.subscribe(topic, (message) => heard.push(message), {
    signal: ending.signal,
    onGap: () => ear.gaps++,
  });
  return ear;
}

/** Publishes until it is heard: whoever serves the topic may be somebody else by now. */
export async function reach(channel: Channel, topic: string, ear: Ear): Promise<void> {
  let sent = 0;
  const before = ear.heard.length;
  await until("a message is heard", async () => {
    await channel.publish(topic, `try ${++sent}`);
    return ear.heard.length > before;
  });
}
