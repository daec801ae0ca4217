import { memoryStore } from "@sojourn/memory";
import {
  testChannel,
  testMarks,
  testOnce,
  testReferences,
  testReplicaTarget,
  testStore,
} from "@sojourn/testing/suites";

testMarks("memory", async () => ({ power: memoryStore().powers.marks }));
testReferences("memory", async () => ({ power: memoryStore().powers.references }));
testOnce("memory", async () => ({ power: memoryStore().powers.once }));
testChannel("memory", async () => ({ power: memoryStore().powers.channel }));
testReplicaTarget("memory", async () => ({ power: memoryStore({ replicable: true }) }));

const replicable = async () => ({ store: memoryStore({ replicable: true }) });
testStore("memory, replicable", replicable, { interleavings: "all" });
