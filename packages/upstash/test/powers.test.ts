import type { StorePowers } from "@sojourn/core";
import { testMarks, testOnce, testReferences } from "@sojourn/testing/suites";
import { Redis } from "@upstash/redis";
import { upstashStore } from "../src/index.ts";
import { startBridge } from "./bridge.ts";

const prefix = `${crypto.randomUUID()}:`;

/** This power of two stores, the first behind a bridge that fails. */
async function under<Name extends "marks" | "references" | "once">(name: Name) {
  const [bridge, other] = [await startBridge(), await startBridge()];
  const powerOf = (client: Redis, timeLimit: number) =>
    upstashStore(client, { prefix, timeLimit }).powers[name] as Required<StorePowers>[Name];
  const client = new Redis(bridge);
  // Many calls at once take their time; a server that hangs need not be given that long.
  const patient = powerOf(client, 20_000);
  let inUse = patient;
  return {
    power: new Proxy(patient, { get: (_, method) => Reflect.get(inUse, method) }),
    peer: powerOf(new Redis(other), 20_000),
    disconnect: () => bridge.tell("stop"),
    async stall() {
      await bridge.tell("hang");
      inUse = powerOf(client, 100);
    },
    async close() {
      await bridge.tell("stop");
      await other.tell("stop");
    },
  };
}

testMarks("Upstash", () => under("marks"));
testReferences("Upstash", () => under("references"));
testOnce("Upstash", () => under("once"));
