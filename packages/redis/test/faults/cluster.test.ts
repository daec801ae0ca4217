import { type RedisServer, startCluster } from "@sojourn/servers";
import {
  clock,
  createUsers,
  expectNothingLost,
  lostIn,
  newRecord,
  SLOW,
  type User,
} from "@sojourn/servers/load";
import { afterAll, expect, test } from "vitest";
import { type Application, each, finish, startApplications } from "./applications.ts";
import { type ClusterAddress, clustered, type Connect } from "../clients/clients.ts";
import { caughtUp } from "./replication.ts";
import { clientsOf, openStore, PATIENT } from "./stores.ts";

const cluster = await startCluster();
const address = { ports: cluster.nodes.map(({ port }) => port) };
afterAll(() => cluster.stop());

type New = ReturnType<typeof newRecord>;
const HASTY = { timeLimit: 500 };

/** The primary that serves one of the users of the first of these. */
async function primaryOf([application]: readonly Application[]): Promise<RedisServer> {
  return cluster.ownerOf(await cluster.slotOf(`{${application?.load.partitions[0]}}`));
}

test(
  "slots that move under load: no call fails, and nothing is lost",
  SLOW,
  async ({ onTestFinished }) => {
    const applications = await startApplications(clustered, address, PATIENT, onTestFinished);
    const partitions = applications.flatMap(({ load }) => load.partitions);
    for (const partition of [...partitions, ...partitions]) {
      const slot = await cluster.slotOf(`{${partition}}`);
      const from = await cluster.ownerOf(slot);
      const to = (await cluster.primaries()).find((primary) => primary !== from) as RedisServer;
      // While the slot is on its way, with its one key here first, and then there.
      const pauseBetween = () => each(applications, (load) => load.acknowledged(30));
      await cluster.moveSlot(slot, to.port, { pauseBetween, batch: 1 });
    }
    for (const [name, history] of await finish(applications)) {
      expect(expectNothingLost(`slots moved, ${name}`, history)).toEqual([]);
    }
  },
);

test("the last of a user's sessions goes while its slot moves: that is one step too", async ({
  onTestFinished,
}) => {
  const [[, connect]] = clientsOf(clustered) as [readonly [string, Connect<ClusterAddress>]];
  const store = await openStore(connect, address, PATIENT, onTestFinished);
  const [user] = createUsers() as [User];
  const options = { limit: { ...user.limit, max: 1 } };
  const [first, second, third] = [1, 2, 3].map(() => newRecord(user, -1, "long")) as [
    New,
    New,
    New,
  ];
  const now = clock();
  await store.create(first, now, options);
  const slot = await cluster.slotOf(`{${user.partition}}`);
  const from = await cluster.ownerOf(slot);
  const to = (await cluster.primaries()).find((primary) => primary !== from) as RedisServer;
  const outcomes: unknown[] = [];
  await cluster.moveSlot(slot, to.port, {
    async pauseBetween(moved) {
      if (moved > 0) return;
      outcomes.push(await store.create(second, now, options));
      outcomes.push(await store.create(third, now, { replaces: second.handle }));
      outcomes.push(await store.deleteAll(user.partition, now));
    },
  });
  expect(outcomes).toEqual([
    { status: "created", evicted: [first.handle] },
    { status: "created", evicted: [] },
    [third.handle],
  ]);
  // What the revocation has left moved too.
  const late = { ...first, authenticatedAt: now };
  expect(await store.create(late, now, options)).toEqual({ status: "revoked" });
});

test("a replica takes over in agreement: nothing is lost", SLOW, async ({ onTestFinished }) => {
  const applications = await startApplications(clustered, address, HASTY, onTestFinished);
  await each(applications, (load) => load.reached(0.5));
  const primary = await primaryOf(applications);
  await cluster.failover((await cluster.replicaOf(primary.port)).port);
  for (const [name, history] of await finish(applications)) {
    expectNothingLost(`failover, ${name}`, history);
  }
});

// It takes as long as the next, and what it counts is mostly nothing.
if (process.env.SOJOURN_FULL === "1") {
  test(
    "a primary is killed in mid-load: lost is what its replica had not received",
    SLOW,
    async ({ onTestFinished }) => {
      const applications = await startApplications(clustered, address, HASTY, onTestFinished);
      await each(applications, (load) => load.reached(0.5));
      const primary = await primaryOf(applications);
      await primary.kill();
      await cluster.healthy();
      for (const [name, history] of await finish(applications)) {
        lostIn(`primary killed in mid-load, ${name}`, history);
      }
      await primary.restart();
      await cluster.healthy();
    },
  );
}

test(
  "a primary is killed whose replica had caught up: nothing is lost",
  SLOW,
  async ({ onTestFinished }) => {
    const primaries = new Set(await cluster.primaries());
    const applications = await startApplications(clustered, address, HASTY, onTestFinished);
    await each(applications, (load) => load.reached(0.5));
    await each(applications, (load) => load.pause());
    const others = (await cluster.primaries()).filter((node) => !primaries.has(node));
    expect(others, "Nobody has killed a primary yet.").toEqual([]);
    const primary = await primaryOf(applications);
    await caughtUp(primary, [await cluster.replicaOf(primary.port)]);
    await primary.kill();
    for (const { load } of applications) load.resume();
    await cluster.healthy();
    for (const [name, history] of await finish(applications)) {
      expectNothingLost(`primary killed, ${name}`, history);
    }
  },
);
