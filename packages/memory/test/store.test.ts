import { memoryStore } from "@sojourn/memory";
import { testStore } from "@sojourn/testing";

testStore("memory", async () => ({ store: memoryStore() }), { interleavings: "all" });
