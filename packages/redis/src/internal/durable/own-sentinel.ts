import type { NodeRedisSentinel } from "../../client.ts";
import { connectSentinel, optionsOf } from "../clients/node-redis.ts";
import { lost, type OwnConnection } from "./own-connection.ts";
import { closeIf, type Connectable, createOpen } from "./own-node-redis.ts";
import type { RedisReply } from "../../connection.ts";

interface Lease {
  sendCommand: NodeRedisSentinel["sendCommand"];
  release(): unknown;
}

interface Sentinel extends NodeRedisSentinel, Connectable {
  acquire(): Promise<Lease>;
}

/** One connection to the primary is leased for good. */
export function ownSentinel(
  client: NodeRedisSentinel,
  prefix: string,
  isOurs: boolean,
): OwnConnection {
  const sentinel = client as Sentinel;
  const open = createOpen(sentinel, isOurs);
  let leasing: Promise<Lease> | null = null;
  let on = {};

  function forget(error: unknown): never {
    leasing = null;
    throw error;
  }

  // Of every error on a connection to the primary: see the option in duplicate().
  sentinel.on("error", () => (on = {}));

  return {
    async write(key, command, attempt) {
      await open(attempt);
      const lease = await (leasing ??= sentinel.acquire().catch(forget));
      const leased = { isOpen: true, sendCommand: lease.sendCommand.bind(lease) };
      const reply = await connectSentinel(leased, prefix, false).send(key, command, attempt);
      const then = on;
      return {
        reply,
        on: then,
        async wait(wait, waiting) {
          const reached = await lease.sendCommand(false, [...wait], optionsOf(waiting, true));
          if (on !== then) throw lost();
          return reached as RedisReply;
        },
      };
    },
    async close() {
      if (leasing !== null) (await leasing).release();
      await closeIf(isOurs, sentinel);
    },
  };
}
