import { testStore } from "@sojourn/testing/suites";
import { Redis } from "@upstash/redis";
import { vi } from "vitest";
import { upstashStore } from "../src/index.ts";
import { startBridge } from "./bridge.ts";

// Twenty thousand requests for one case, on a machine that does other things as well.
vi.setConfig({ testTimeout: 300_000 });

const prefix = `${crypto.randomUUID()}:`;

testStore("upstash", async () => {
  const bridge = await startBridge();
  const client = new Redis(bridge);
  const options = { prefix, keepExpired: 3_600_000 };
  // A thousand calls at once take their time; a server that hangs need not be given that long.
  const patient = upstashStore(client, { ...options, timeLimit: 20_000 });
  const hasty = upstashStore(client, { ...options, timeLimit: 100 });
  let inUse = patient;
  return {
    store: new Proxy(patient, { get: (_, name) => Reflect.get(inUse, name) }),
    close: () => bridge.tell("stop"),
    async damage({ partition, handle }) {
      await client.hset(`${prefix}{${partition}}`, { [handle]: "no record" });
    },
    disconnect: () => bridge.tell("stop"),
    async stall() {
      await bridge.tell("hang");
      inUse = hasty;
    },
  };
});
