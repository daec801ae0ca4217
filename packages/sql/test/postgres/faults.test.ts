import type { Store } from "@sojourn/core";
import {
  type PostgresServer,
  type Proxy,
  startPostgres,
  startProxy,
  until,
} from "@sojourn/servers";
import {
  expectNothingLost,
  type Load,
  type NetworkFault,
  networkFaults,
  SLOW,
  startLoad,
} from "@sojourn/servers/load";
import { migrate, sqlStore } from "@sojourn/sql";
import { describe, expect, type TestContext, test } from "vitest";
import { clients, type Open } from "./clients.ts";
import { isFull } from "./world.ts";

const TIME_LIMIT = 500;
const CLIENTS = 8;
const OPERATIONS = isFull ? 10_000 : 1_000;

interface World {
  readonly server: PostgresServer;
  readonly proxy: Proxy;
  readonly load: Load;
  /** The server itself, with time. */
  readonly direct: Store;
}

/** Two processes behind a proxy, under load. */
async function setUp(open: Open, { onTestFinished }: TestContext, durable = false): Promise<World> {
  const server = await startPostgres({ durable });
  onTestFinished(() => server.stop());
  const proxy = await startProxy(server.port);
  onTestFinished(() => proxy.stop());

  function storeOn(port: number, timeLimit: number): Store {
    const { database, close } = open(port, { max: CLIENTS / 2, timeLimit });
    onTestFinished(() => close().catch(() => {}));
    return sqlStore(database, { timeLimit });
  }

  const { database, close } = open(server.port);
  await migrate(database);
  await close();
  const stores = [1, 2].map(() => storeOn(proxy.port, TIME_LIMIT));
  const direct = storeOn(server.port, 10_000);
  return {
    server,
    proxy,
    direct,
    load: startLoad(stores, { clients: CLIENTS, operations: OPERATIONS }),
  };
}

const faults = networkFaults({ timeLimit: TIME_LIMIT, clients: CLIENTS, within: 2_000 });

/** With the large numbers each by itself, three times; else all, one after the other. */
const plans: readonly (readonly [what: string, faults: readonly NetworkFault[]])[] = isFull
  ? faults.map((fault) => [fault[0], [fault, fault, fault]])
  : [["all of it", faults]];

describe.concurrent.each(Object.entries(clients))("through %s", (name, open) => {
  test.for(plans)("nothing acknowledged is lost by %s", SLOW, async ([what, plan], context) => {
    const world = await setUp(open, context);
    for (const [i, [, inject]] of plan.entries()) {
      await world.load.reached((i + 1) / (plan.length + 1));
      await inject(world);
    }
    const failures = expectNothingLost(`${what}, ${name}`, await world.load.finish(world.direct));
    expect(failures.length).toBeGreaterThan(CLIENTS);
  });

  test(
    "a server that is killed in mid-load, three times, keeps what it acknowledged",
    SLOW,
    async (context) => {
      const { server, load, direct } = await setUp(open, context, true);
      for (const share of [0.25, 0.5, 0.75]) {
        await load.reached(share);
        await server.kill();
        // As long as its processes live on, nobody else may have its folder.
        await until("it starts again", async () => (await server.restart(), true));
      }
      const failures = expectNothingLost(`killed, ${name}`, await load.finish(direct));
      expect(failures).not.toEqual([]);
    },
  );
});
