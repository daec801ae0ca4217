import type { IoredisClient } from "../../client.ts";
import type { RedisReply } from "../../connection.ts";
import { connectIoredis } from "../clients/ioredis.ts";
import { commandsOf } from "../clients/ioredis-command.ts";
import { lost, type OwnConnection } from "./own-connection.ts";

interface Ioredis extends IoredisClient {
  readonly stream: object;
  duplicate(...overrides: object[]): Ioredis;
  /** Of a Cluster client. */
  nodes(): Ioredis[];
  disconnect(): void;
}

/** WAIT may take longer than the application lets a command take. */
const OVERRIDES = { lazyConnect: true, commandTimeout: undefined };

export function duplicateIoredis(client: IoredisClient): IoredisClient {
  const own = client.isCluster
    ? (client as Ioredis).duplicate([], { lazyConnect: true, redisOptions: OVERRIDES })
    : (client as Ioredis).duplicate(OVERRIDES);
  // Every call reports what goes wrong; without a listener ioredis would print it too.
  own.on("error", () => {});
  return own;
}

export function ownIoredis(given: IoredisClient, isOurs: boolean): OwnConnection {
  const client = given as Ioredis;
  const sender = connectIoredis(client, false);
  const createCommand = commandsOf(client);
  return {
    async write(key, command, attempt) {
      const reply = await sender.send(key, command, attempt);
      // Where a Cluster client has sent it in the end, after all redirections.
      const socket = attempt.socket ?? {};
      return {
        reply,
        on: socket,
        async wait([name = "", ...args], waiting) {
          const nodes = client.isCluster ? client.nodes() : [client];
          const node = nodes.find(({ stream }) => stream === socket);
          if (node === undefined) throw lost();
          waiting.only = socket;
          return node.sendCommand(createCommand(name, args, waiting)) as Promise<RedisReply>;
        },
      };
    },
    async close() {
      if (isOurs) client.disconnect();
    },
  };
}
