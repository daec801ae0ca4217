import { NOT_BEFORE_KEPT } from "@sojourn/core";
import { FULL } from "../../adapter/tier.ts";
import { check, same } from "../assert.ts";
import type { StoreCase } from "../contract.ts";
import {
  handle,
  handlesIn,
  HOUR,
  newPartition,
  newRecord,
  NOW,
  put,
  together,
} from "../records.ts";

const login = (partition: string, authenticatedAt: number | null, name = "login") =>
  newRecord(partition, { handle: handle(name), authenticatedAt });

/** How often logins race with an end of all. */
const ROUNDS = FULL ? 5 : 2;

export const deleteAllCases: readonly StoreCase[] = [
  {
    title: "deleteAll: gives and removes the partition's live records, and no others",
    async run({ store }) {
      const partition = newPartition();
      for (const name of ["b", "a", "c"]) {
        await put(store, newRecord(partition, { handle: handle(name) }));
      }
      await put(
        store,
        newRecord(partition, { handle: handle("old"), idleExpiresAt: NOW + HOUR / 2 }),
      );
      const other = await put(store, newRecord(newPartition()));
      const now = NOW + HOUR / 2;
      const went = await store.deleteAll(partition, now);
      same(went.toSorted(), ["a", "b", "c"].map(handle), "the handles that went");
      same(await store.list(partition, now), [], "what is left");
      same(await store.read(other, now), other, "what is in another partition");
      same(await store.deleteAll(partition, now), [], "the handles the second time");
    },
  },
  {
    title: "deleteAll: spares `except`, which stays as it was",
    async run({ store }) {
      const partition = newPartition();
      const spared = await put(store, newRecord(partition, { data: { a: "1" } }));
      await put(store, newRecord(partition, { handle: handle("two") }));
      const went = await store.deleteAll(partition, NOW, { except: spared.handle });
      same(went, [handle("two")], "the handles that went");
      same(await store.list(partition, NOW, { withData: true }), [spared], "what is left");
      const absent = await store.deleteAll(partition, NOW, { except: handle("nobody") });
      same(absent, [spared.handle], "the handles when nobody is spared");
    },
  },
  {
    title: "invariant 2: a login that began before deleteAll is refused, however late it is stored",
    async run({ store }) {
      const partition = newPartition();
      const spared = await put(store, newRecord(partition));
      await store.deleteAll(partition, NOW, { except: spared.handle });
      for (const now of [NOW, NOW + 1, NOW + 60_000, NOW + NOT_BEFORE_KEPT - 1]) {
        for (const authenticatedAt of [NOW - 60_000, NOW - 1, NOW]) {
          const outcome = await store.create(login(partition, authenticatedAt), now);
          same(outcome, { status: "revoked" }, "a login that began before");
        }
      }
      same(await handlesIn(store, partition), [spared.handle], "what is in the partition");
    },
  },
  {
    title: "deleteAll: a login that began afterwards is accepted, and so is who never logged in",
    async run({ store }) {
      const partition = newPartition();
      await store.deleteAll(partition, NOW);
      await put(store, login(partition, NOW + 1, "after"), NOW + 1);
      await put(store, login(partition, null, "anonymous"), NOW + 1);
      await put(store, login(newPartition(), NOW - 1, "elsewhere"), NOW + 1);
    },
  },
  {
    title: "invariant 2: deleteAll refuses earlier logins where there was nothing to delete, too",
    async run({ store }) {
      const partition = newPartition();
      same(await store.deleteAll(partition, NOW), [], "the handles that went");
      const outcome = await store.create(login(partition, NOW), NOW + 1);
      same(outcome, { status: "revoked" }, "a login that began before");
    },
  },
  {
    title: "invariant 2: of two deleteAll the later one counts, whichever arrives first",
    async run({ store }) {
      const partition = newPartition();
      await store.deleteAll(partition, NOW);
      await store.deleteAll(partition, NOW - 1_000);
      const between = await store.create(login(partition, NOW - 500), NOW + 1);
      same(between, { status: "revoked" }, "a login between the two");
      await store.deleteAll(partition, NOW + 1_000);
      const before = await store.create(login(partition, NOW + 500), NOW + 1_001);
      same(before, { status: "revoked" }, "a login before a third");
    },
  },
  {
    title: "invariant 2: logins that race with deleteAll are removed by it or refused",
    async run({ store }) {
      for (let round = 0; round < ROUNDS; round++) {
        const partition = newPartition();
        const create = (i: number) =>
          store.create(login(partition, NOW - 1, `early-${i}`), NOW).then((outcome) => ({
            handle: handle(`early-${i}`),
            status: outcome.status,
          }));
        const before = together(50, create);
        const deleting = store.deleteAll(partition, NOW);
        const after = together(50, (i) => create(50 + i));
        const outcomes = [...(await before), ...(await after)];
        const went = await deleting;
        same(await handlesIn(store, partition), [], "what is left");
        const created = outcomes.filter(({ status }) => status === "created");
        same(went.toSorted(), created.map((one) => one.handle).toSorted(), "the handles that went");
        check(
          outcomes.every(({ status }) => status === "created" || status === "revoked"),
          "a login is created or revoked",
        );
      }
    },
  },
];
