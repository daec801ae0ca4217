import type { NewSessionRecord, Store } from "@sojourn/core";
import type { Durability, UnreplicatedEvent } from "@sojourn/redis";
import { type RedisServer, startReplicated, until } from "@sojourn/servers";
import {
  clock,
  createUsers,
  type Entry,
  lostIn,
  newRecord,
  SLOW,
  startLoad,
} from "@sojourn/servers/load";
import { describe, expect, type TestContext, test } from "vitest";
import { standalone } from "../clients/clients.ts";
import { clientsOf, openStore, PATIENT } from "./stores.ts";

/** A pool cannot be duplicated, which durability needs. */
const clients = clientsOf(standalone).filter(([name]) => !name.includes("pool"));

describe.each(clients)("through %s", (name, connect) => {
  /** A primary and its replica, and stores on the primary; `events` are what these report. */
  async function setUp({ onTestFinished }: TestContext, durability?: Omit<Durability, "replicas">) {
    const servers = await startReplicated();
    onTestFinished(() => servers.stop());
    const events: UnreplicatedEvent[] = [];
    const onUnreplicated = (event: UnreplicatedEvent) => events.push(event);
    const durable = durability && { durability: { replicas: 1, onUnreplicated, ...durability } };
    const options = { timeLimit: 1_000, ...durable };
    return {
      ...servers,
      events,
      open: () => openStore(connect, servers.primary.port, options, onTestFinished),
      /** The primary is lost, and the application is led to the replica, which has what it has. */
      async failOver(): Promise<Store> {
        await servers.primary.kill();
        await servers.promote();
        return openStore(connect, servers.replica.port, PATIENT, onTestFinished);
      },
    };
  }

  /** Two users, of whom one is signed out and of the other all sessions are revoked. */
  async function signIn(store: Store) {
    const records = createUsers().map((user) => newRecord(user, 1_000, "long"));
    const [one, other] = records as [NewSessionRecord, NewSessionRecord];
    await store.create(one, one.createdAt);
    await store.create(other, other.createdAt);
    return {
      async revoke() {
        expect(await store.delete(one)).toBe("deleted");
        expect(await store.deleteAll(other.partition, clock())).toEqual([other.handle]);
      },
      async live(at: Store) {
        const found = await Promise.all([one, other].map((record) => at.read(record, clock())));
        return found.filter((record) => record !== null).length;
      },
    };
  }

  test("without durability a revocation that was acknowledged is undone by a failover", async (context) => {
    const { open, synced, hold, failOver } = await setUp(context);
    const store = await open();
    const { revoke, live } = await signIn(store);
    await synced();
    hold();
    await revoke();
    expect(await live(store)).toBe(0);
    expect(await live(await failOver())).toBe(2);
  });

  test("with durability it is acknowledged when the replica has it, and survives a failover (C5)", async (context) => {
    const { primary, open, synced, hold, release, failOver, events } = await setUp(context, {
      timeout: 10_000,
    });
    const { revoke, live } = await signIn(await open());
    await synced();
    hold();
    const revoked = revoke();
    const isWaiting = until("it waits", () => isBlocked(primary));
    expect(await Promise.race([revoked.then(() => "acknowledged"), isWaiting])).toBe(true);
    await release();
    await revoked;
    hold();
    expect(await live(await failOver())).toBe(0);
    expect(events).toEqual([]);
  });

  test("with durability and no replica in reach, that is reported before it is acknowledged", async (context) => {
    const { open, synced, hold, failOver, events } = await setUp(context, { timeout: 100 });
    const { revoke, live } = await signIn(await open());
    await synced();
    events.length = 0;
    hold();
    await revoke();
    const unreplicated = { wanted: 1, reached: 0, writes: 1 };
    expect(events).toEqual([unreplicated, unreplicated]);
    expect(await live(await failOver())).toBe(2);
  });

  test("what is acknowledged while replication is held up is lost", SLOW, async (context) => {
    const { open, hold, failOver } = await setUp(context);
    const load = startLoad([await open(), await open()]);
    await load.reached(0.5);
    hold();
    await load.reached(1);
    await load.halt();
    const history = await load.finish(await failOver());
    expect(lostIn(`replication held up, ${name}`, history)).not.toEqual([]);
  });

  test(
    "with durability no login, renewal or revocation is lost unreported",
    SLOW,
    async (context) => {
      const { primary, open, hold, failOver, events } = await setUp(context, { timeout: 2_000 });
      const load = startLoad([await open(), await open()]);
      await load.reached(1);
      hold();
      await until("a write waits for the replica", () => isBlocked(primary));
      const failingOver = failOver();
      await load.halt();
      const history = await load.finish(await failingOver);
      const reported = events.reduce((sum, { writes }) => sum + writes, 0);
      const lost = lostIn(`with durability, ${reported} writes reported, ${name}`, history);
      expect(lost.filter(isDurable).length).toBeLessThanOrEqual(reported);
    },
  );
});

/** Whether a client of this server waits for replicas. */
async function isBlocked(server: RedisServer): Promise<boolean> {
  return /blocked_clients:[1-9]/.test(await server.cli("info", "clients"));
}

function isDurable({ operation, args }: Entry): boolean {
  if (operation !== "update") return true;
  return args[1].credential !== undefined || args[1].envelope !== undefined;
}
