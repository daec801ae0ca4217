import { startSentinel } from "@sojourn/servers";
import { expectNothingLost, lostIn, SLOW } from "@sojourn/servers/load";
import { afterAll, expect, test } from "vitest";
import { throughSentinel } from "../clients/clients.ts";
import { each, finish, startApplications } from "./applications.ts";
import { caughtUp } from "./replication.ts";

// No failover but those that are asked for, on a busy machine too.
const group = await startSentinel({ downAfter: 3000 });
afterAll(() => group.stop());

const HASTY = { timeLimit: 500 };

// It takes as long as the next, and what it counts is mostly nothing.
if (process.env.SOJOURN_FULL === "1") {
  test(
    "a primary is killed in mid-load: lost is what its replica had not received",
    SLOW,
    async ({ onTestFinished }) => {
      const applications = await startApplications(throughSentinel, group, HASTY, onTestFinished);
      await each(applications, (load) => load.reached(0.5));
      const primary = await group.primary();
      await group.killPrimary();
      for (const [name, history] of await finish(applications)) {
        lostIn(`primary killed in mid-load, ${name}`, history);
      }
      await primary.restart();
      await group.healthy();
    },
  );
}

test(
  "a primary is killed whose replicas had caught up: nothing is lost",
  SLOW,
  async ({ onTestFinished }) => {
    const primary = await group.primary();
    const applications = await startApplications(throughSentinel, group, HASTY, onTestFinished);
    await each(applications, (load) => load.reached(0.5));
    await each(applications, (load) => load.pause());
    expect(await group.primary(), "Nobody has killed it yet.").toBe(primary);
    await caughtUp(
      primary,
      group.nodes.filter((node) => node !== primary),
    );
    await primary.kill();
    for (const { load } of applications) load.resume();
    await group.healthy();
    for (const [name, history] of await finish(applications)) {
      expectNothingLost(`primary killed, ${name}`, history);
    }
  },
);
