import { afterAll, beforeAll, expect, test } from "vitest";
import {
  handle,
  HOUR,
  type Layout,
  MINUTE,
  newPartition,
  newRecord,
  PREFIX,
  startLayout,
} from "./redis.ts";

const NOW = 1_800_000_000_000;

let layout: Layout;
beforeAll(async () => (layout = await startLayout()));
afterAll(() => layout.stop());

test("one sweep takes any number of deadlines", async () => {
  const store = layout.store({ keepExpired: HOUR });
  const record = newRecord(NOW, { idleExpiresAt: NOW + MINUTE });
  const live = newRecord(NOW);
  await store.create(record, NOW);
  await store.create(live, NOW);
  // Sessions that have ended otherwise.
  const gone = Array.from({ length: 9_000 }, (_, i) => [NOW, newPartition() + handle(i)]);
  await layout.client.call("ZADD", `${PREFIX}expiry`, ...gone.flat());
  expect(await store.sweep(NOW + MINUTE, 100_000)).toEqual([{ ...record, version: 1 }]);
  expect(await layout.client.zrange(`${PREFIX}expiry`, "0", "-1")).toEqual([
    live.partition + live.handle,
  ]);
});
