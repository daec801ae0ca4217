import { type Channel, checkText, type Clock, MESSAGE_BYTES, systemClock } from "@sojourn/core";
import type { RedisClient } from "../../client.ts";
import type { RedisConnection } from "../../connection.ts";
import { recognise } from "../clients/connect.ts";
import { createGuard } from "../guard.ts";
import { ioredisReceivers } from "./receive-ioredis.ts";
import { nodeRedisReceivers } from "./receive-node-redis.ts";
import type { Receivers } from "./receiver.ts";
import { createTopics, type Subscription } from "./topics.ts";

export interface ChannelOptions {
  readonly prefix: string;
  /** ms that a call may take. */
  readonly timeLimit: number;
  readonly clock?: Clock;
}

export interface OwnChannel extends Channel {
  /** Ends all subscriptions, and closes their connections. */
  close(): void;
}

/**
 * Pub/sub. Messages go out over the store's connection. They are heard on connections of their own,
 * duplicates of the client's, one to each server that somebody listens to: made for the first
 * subscription and closed with the last.
 */
export function createChannel(
  client: RedisClient,
  connection: RedisConnection,
  { prefix, timeLimit, clock = systemClock }: ChannelOptions,
): OwnChannel {
  const receivers = receiversOf(client);
  const { isSharded, keyPrefix } = receivers;
  const guarded = createGuard({ timeLimit, clock });
  const ends = new Set<() => void>();
  // Any command shows a Cluster client that a slot has moved.
  const lookAgain = (channel: string) => {
    const key = channel.slice(keyPrefix.length);
    return connection.send(key, ["HMGET", key, ""]);
  };
  const topics = createTopics(receivers, lookAgain, { timeLimit, clock });

  function channelOf(topic: string): string {
    checkText(topic);
    return `${prefix}channel:${topic}`;
  }

  return {
    async publish(topic, message) {
      const channel = channelOf(topic);
      checkText(message, MESSAGE_BYTES);
      await connection.send(channel, [isSharded ? "SPUBLISH" : "PUBLISH", channel, message]);
    },

    async subscribe(topic, listener, { signal, onGap }) {
      const channel = keyPrefix + channelOf(topic);
      if (signal.aborted) return;
      await guarded(
        (attempt) =>
          new Promise<void>((begun, refuse) => {
            function end(): void {
              signal.removeEventListener("abort", end);
              ends.delete(end);
              topics.remove(channel, subscription);
              begun();
            }
            function refused(error: unknown): void {
              refuse(error);
              end();
            }
            const subscription: Subscription = { listener, onGap, begun, refused };
            attempt.onAbort = end;
            ends.add(end);
            signal.addEventListener("abort", end);
            topics.add(channel, subscription);
          }),
      );
    },

    close() {
      for (const end of ends) end();
    },
  };
}

function receiversOf(client: RedisClient): Receivers {
  const found = recognise(client);
  return found.kind === "ioredis" ? ioredisReceivers(found.client) : nodeRedisReceivers(found);
}
