import { migrate, sqlStore } from "@sojourn/sql";
import { d1 } from "@sojourn/sql/sqlite";
import { testStore } from "@sojourn/testing/suites";
import { env } from "cloudflare:workers";
import { beforeAll, vi } from "vitest";
import { cutOff } from "./binding.ts";

// Twenty thousand calls for one case, on a machine that does other things as well.
vi.setConfig({ testTimeout: 600_000 });

beforeAll(async () => {
  await migrate(d1(env.DB));
});

testStore("D1", async () => {
  const binding = cutOff(env.DB);
  const patient = sqlStore(d1(binding), { timeLimit: 20_000 });
  const hasty = sqlStore(d1(binding), { timeLimit: 50 });
  let inUse = patient;
  return {
    store: new Proxy(patient, { get: (_, name) => Reflect.get(inUse, name) }),
    async damage({ handle }) {
      const damage = "UPDATE sojourn_sessions SET data = '{\"a' WHERE handle = ?";
      await env.DB.prepare(damage).bind(handle).all();
    },
    async disconnect() {
      binding.fate = "refused";
    },
    async stall() {
      binding.fate = "never answered";
      inUse = hasty;
    },
  };
});
