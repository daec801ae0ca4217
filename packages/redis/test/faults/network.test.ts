import type { Store } from "@sojourn/core";
import { type Proxy, type RedisServer, startProxy, startRedis } from "@sojourn/servers";
import {
  expectNothingLost,
  type Load,
  networkFaults,
  SLOW,
  startLoad,
} from "@sojourn/servers/load";
import { describe, expect, type TestContext, test } from "vitest";
import { standalone } from "../clients/clients.ts";
import { clientsOf, openStore, PATIENT } from "./stores.ts";

const TIME_LIMIT = 500;
const CLIENTS = 8;

interface World {
  readonly server: RedisServer;
  readonly proxy: Proxy;
  readonly load: Load;
  /** The server itself. */
  readonly direct: Store;
}

type Fault = readonly [what: string, inject: (world: World) => Promise<void>];

const faults: readonly Fault[] = [
  ...networkFaults({ timeLimit: TIME_LIMIT, clients: CLIENTS, within: 500 }),
  [
    "a server that hangs",
    async ({ server, load }) => {
      server.pause();
      await load.rejected(CLIENTS);
      server.resume();
    },
  ],
];

/** With the large numbers each by itself, three times; else all, one after the other. */
const plans: readonly (readonly [what: string, faults: readonly Fault[]])[] =
  process.env.SOJOURN_FULL === "1"
    ? faults.map((fault) => [fault[0], [fault, fault, fault]])
    : [["all of it", faults]];

describe.concurrent.each(clientsOf(standalone))(
  "through %s nothing acknowledged is lost",
  (name, connect) => {
    async function setUp({ onTestFinished }: TestContext, timeLimit: number): Promise<World> {
      const server = await startRedis();
      onTestFinished(() => server.stop());
      const proxy = await startProxy(server.port);
      onTestFinished(() => proxy.stop());
      const stores = await Promise.all(
        [1, 2].map(() => openStore(connect, proxy.port, { timeLimit }, onTestFinished)),
      );
      const direct = await openStore(connect, server.port, PATIENT, onTestFinished);
      return { server, proxy, direct, load: startLoad(stores, { clients: CLIENTS }) };
    }

    test.for(plans)("by %s", SLOW, async ([what, plan], context) => {
      const world = await setUp(context, TIME_LIMIT);
      for (const [i, [, inject]] of plan.entries()) {
        await world.load.reached((i + 1) / (plan.length + 1));
        await inject(world);
      }
      const failures = expectNothingLost(`${what}, ${name}`, await world.load.finish(world.direct));
      expect(failures.length).toBeGreaterThan(CLIENTS);
    });

    test("by a server that forgets its scripts, and no call fails", SLOW, async (context) => {
      const { server, load, direct } = await setUp(context, 10_000);
      for (let i = 1; i < 10; i++) {
        await load.reached(i / 10);
        await server.cli("SCRIPT", "FLUSH", i % 2 === 0 ? "SYNC" : "ASYNC");
      }
      const failures = expectNothingLost(`scripts flushed, ${name}`, await load.finish(direct));
      expect(failures).toEqual([]);
    });
  },
);
