import { testStore } from "@sojourn/testing/suites";
import { Redis } from "@upstash/redis";
import { inject } from "vitest";
import { upstashStore } from "../src/index.ts";

const client = new Redis(inject("upstash"));
const prefix = `${crypto.randomUUID()}:`;

testStore("upstash", async () => ({
  store: upstashStore(client, { prefix, keepExpired: 3_600_000, timeLimit: 20_000 }),
  async damage({ partition, handle }) {
    await client.hset(`${prefix}{${partition}}`, { [handle]: "no record" });
  },
}));
