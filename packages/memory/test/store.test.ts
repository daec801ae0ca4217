import { memoryStore } from "@sojourn/memory";
import { testStore } from "@sojourn/testing/suites";

testStore("memory", async () => ({ store: memoryStore() }), { interleavings: "all" });
