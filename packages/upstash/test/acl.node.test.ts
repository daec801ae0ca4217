import { startRedis, startUpstashBridge } from "@sojourn/servers";
import { Redis } from "@upstash/redis";
import { readFileSync } from "node:fs";
import { afterAll, beforeEach, expect, test } from "vitest";
import { upstashStore } from "../src/index.ts";
import { HOUR, NOW, operations, session } from "./records.ts";

const readme = readFileSync(new URL("../README.md", import.meta.url), "utf8");
/** What the README tells the reader to allow, after the user's name and password. */
const rules = /^ACL SETUSER sessions on >\S+ (.*)$/m.exec(readme)?.[1]?.split(" ") ?? [];
const commands = rules.filter((rule) => rule.startsWith("+")).map((rule) => rule.slice(1));

const redis = await startRedis();
const bridge = await startUpstashBridge(redis.port, { token: "token" });
await redis.cli("acl", "setuser", "admin", "on", ">admin", "+@all", "~*");
afterAll(async () => {
  await bridge.stop();
  await redis.stop();
});

const asAdmin = (...command: string[]) =>
  redis.cli("--user", "admin", "--pass", "admin", "--no-auth-warning", ...command);

// The bridge does not log in: what it may do is what the default user may.
beforeEach(async () => {
  await asAdmin("acl", "setuser", "default", "resetkeys", "resetchannels", ...rules);
  await asAdmin("script", "flush");
});

/** All that a store does, and its powers. */
async function everything(): Promise<void> {
  const client = new Redis(bridge);
  for (const clock of ["application", "server"] as const) {
    const store = upstashStore(client, { clock, keepExpired: HOUR });
    for (const operation of Object.values(operations)) {
      const record = session();
      await store.create(record, NOW);
      await operation(store, record);
    }
    const { partition } = session();
    for (let login = 0; login < 3; login++) {
      const limit = { max: 2, onLimit: "evict-least-recent" } as const;
      await store.create(session({ partition }), NOW, { limit });
    }
    await store.sweep(NOW + HOUR, 100);

    const { marks, once, references } = store.powers;
    await marks.set("mark", NOW);
    await marks.get("mark");
    await once.redeem(crypto.randomUUID(), NOW + HOUR, NOW);
    await references.add("name", session(), NOW + HOUR, NOW);
    await references.remove("name", await references.find("name", NOW));
  }
}

test("what the README allows is enough", async () => {
  expect(commands.length).toBeGreaterThan(10);
  await everything();
});

test.each(commands)("and %s is needed", async (command) => {
  await asAdmin("acl", "setuser", "default", `-${command}`);
  await expect(everything()).rejects.toThrow();
});

test("other keys are out of its reach", async () => {
  const store = upstashStore(new Redis(bridge), { prefix: "other:" });
  await expect(store.create(session(), NOW)).rejects.toThrow("ACL user");
});
