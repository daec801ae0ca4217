import { migrate, sqlStore } from "@sojourn/sql";
import { d1 } from "@sojourn/sql/sqlite";
import { testMarks, testOnce, testReferences, testReplicaTarget } from "@sojourn/testing/suites";
import { env } from "cloudflare:workers";
import { vi } from "vitest";

// Thousands of calls for one case, on a machine that does other things as well.
vi.setConfig({ testTimeout: 600_000 });

const LONG = { timeLimit: 20_000 };

let stores = 0;

/** A store in tables of its own: to this suite each must be empty. */
async function open() {
  const prefix = `replica${(stores += 1)}_`;
  await migrate(d1(env.DB), { prefix, replicable: true });
  return sqlStore(d1(env.DB), { ...LONG, prefix, replicable: true });
}

async function under<Name extends "marks" | "references" | "once">(name: Name) {
  await migrate(d1(env.DB));
  return { power: sqlStore(d1(env.DB), LONG).powers[name] };
}

testMarks("D1", () => under("marks"));
testReferences("D1", () => under("references"));
testOnce("D1", () => under("once"));

testReplicaTarget("D1", async () => ({ power: await open() }));
