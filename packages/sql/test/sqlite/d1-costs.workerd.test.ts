import { migrate, sqlStore } from "@sojourn/sql";
import { d1 } from "@sojourn/sql/sqlite";
import { env } from "cloudflare:workers";
import { beforeAll, expect, test } from "vitest";
import { cutOff } from "./binding.ts";
import { newSession, operations } from "./operations.ts";
import { NOW } from "./processes/tasks.ts";

const binding = cutOff(env.DB);
const store = sqlStore(d1(binding), { timeLimit: 20_000 });

beforeAll(async () => {
  await migrate(d1(env.DB));
});

test.each(Object.entries(operations))("%s: one call over the network", async (_, operation) => {
  const record = newSession();
  await store.create(record, NOW);
  binding.calls.length = 0;
  await operation(store, record);
  expect(binding.calls).toHaveLength(1);
});

test("a store without tables says what is to be done", async () => {
  const without = sqlStore(d1(env.DB), { prefix: "not_made_" });
  await expect(without.read(newSession(), NOW)).rejects.toThrow("Run migrate() first.");
});
