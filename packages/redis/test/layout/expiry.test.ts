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

test("one sweep takes any number of expired sessions", async () => {
  const store = layout.store({ keepExpired: HOUR });
  const records = Array.from({ length: 10_000 }, (_, i) =>
    newRecord(NOW, { partition: newPartition(), handle: handle(i), idleExpiresAt: NOW + MINUTE }),
  );
  await Promise.all(records.map((record) => store.create(record, NOW)));
  const live = newRecord(NOW);
  await store.create(live, NOW);
  const swept = await store.sweep(NOW + MINUTE, 100_000);
  expect(new Set(swept.map(({ handle }) => handle))).toEqual(new Set(records.map((r) => r.handle)));
  expect(await layout.client.zrange(`${PREFIX}expiry`, "0", "-1")).toEqual([
    live.partition + live.handle,
  ]);
});
