import { createSessions, StoreUnavailableError } from "@sojourn/core";
import { memoryStore } from "@sojourn/memory";
import { expect, test } from "vitest";
import { handle, newRecord, NOW } from "./records.ts";
import { settled, stage, type Stage, stand } from "./stage.ts";

const P = "one-partition---";
const [a, b, c, d] = ["a", "b", "c", "d"].map(handle) as [string, string, string, string];
const ref = (name: string) => ({ partition: P, handle: name });

/** Three sessions on all stores; then the primary is away. */
async function failedOver(replicas = 2, options: Parameters<typeof stage>[1] = {}): Promise<Stage> {
  const staged = stage(replicas, options);
  for (const name of [a, b, c]) {
    await staged.store.create(newRecord(P, name, { data: { name } }), NOW);
  }
  await settled();
  staged.primary.fault = "fail";
  return staged;
}

test("while the primary is away, sessions are read from the replicas", async () => {
  const { store } = await failedOver();
  expect(await store.read(ref(a), NOW)).toEqual({
    ...newRecord(P, a, { data: { name: a } }),
    version: 1,
  });
  expect(await store.read(ref(d), NOW)).toBe(null);
});

test("the newest of what the replicas hold is read", async () => {
  const { store, replicas } = await failedOver();
  for (const { inside } of replicas.slice(1)) {
    await inside.update(ref(a), { set: { name: "newer" } }, NOW + 1);
  }
  expect(await store.read(ref(a), NOW)).toMatchObject({ data: { name: "newer" }, version: 2 });
});

test("invariant 2: what one replica knows to be ended is not shown, however new it is on another", async () => {
  const { store, replicas } = await failedOver();
  await replicas[0]?.inside.delete(ref(a));
  await replicas[1]?.inside.update(ref(a), { set: { name: "newer" } }, NOW + 1_000);
  expect(await store.read(ref(a), NOW)).toBe(null);
  expect((await store.list(P, NOW)).map((record) => record.handle)).toEqual([b, c]);
});

test("a list is what any of the replicas has, without what one has ended", async () => {
  const { store, replicas } = await failedOver();
  await replicas[0]?.inside.create(newRecord(P, d), NOW);
  await replicas[1]?.inside.delete(ref(b));
  const records = await store.list(P, NOW);
  expect(records.map((record) => record.handle)).toEqual([a, c, d]);
  expect(records.every(({ data }) => Object.keys(data).length === 0)).toBe(true);
  const [first] = await store.list(P, NOW, { withData: true });
  expect(first?.data).toEqual({ name: a });
});

test("pages of a list are whole, though the replicas hold different sessions", async () => {
  const { store, replicas } = await failedOver();
  const many = Array.from({ length: 30 }, (_, i) => handle(`s${String(i).padStart(2, "0")}`));
  for (const [i, name] of many.entries()) {
    // Each on one replica only, and of the first ten all but one are ended on the other.
    await replicas[i % 2]?.inside.create(newRecord(P, name), NOW);
    if (i > 0 && i < 10) {
      await replicas[(i + 1) % 2]?.inside.create(newRecord(P, name), NOW);
      await replicas[(i + 1) % 2]?.inside.delete({ partition: P, handle: name });
    }
  }
  const paged: string[] = [];
  for (;;) {
    const after = paged.at(-1);
    const page = await store.list(P, NOW, { limit: 4, ...(after !== undefined && { after }) });
    paged.push(...page.map((record) => record.handle));
    if (page.length < 4) break;
  }
  expect(paged).toEqual([a, b, c, many[0], ...many.slice(10)].sort());
});

test("invariant 8: without a majority of all stores there is no answer", async () => {
  const { store, replicas } = await failedOver();
  replicas[1]!.fault = "fail";
  await expect(store.read(ref(a), NOW)).rejects.toThrow(StoreUnavailableError);
  await expect(store.list(P, NOW)).rejects.toThrow(StoreUnavailableError);
});

test("of four replicas three must answer, and any three will do", async () => {
  const { store, replicas } = await failedOver(4);
  replicas[0]!.fault = "hang";
  expect(await store.read(ref(a), NOW)).toMatchObject({ handle: a });
  replicas[1]!.fault = "fail";
  // One that does not answer at all is a matter of its own time limit.
  replicas[0]!.fault = "fail";
  await expect(store.read(ref(a), NOW)).rejects.toThrow("It takes 3");
});

test("one replica is no majority: it is read only if that was asked for", async () => {
  const { store } = await failedOver(1);
  await expect(store.read(ref(a), NOW)).rejects.toThrow('onStale: "accept"');
  const accepting = await failedOver(1, { onStale: "accept" });
  expect(await accepting.store.read(ref(a), NOW)).toMatchObject({ handle: a });
  expect(await accepting.store.list(P, NOW)).toHaveLength(3);
});

test("all writes fail while the primary is away, none is tried again or anywhere else", async () => {
  const { store, primary, replicas, clock } = await failedOver();
  const calls = [
    () => store.create(newRecord(P, d), NOW),
    () => store.update(ref(a), { set: { name: "x" } }, NOW),
    () => store.update(ref(a), { touch: { lastSeenAt: NOW, idleExpiresAt: NOW } }, NOW),
    () => store.delete(ref(a)),
    () => store.deleteAll(P, NOW),
    () => store.sweep(NOW, 10),
  ];
  for (const call of calls) await expect(call()).rejects.toThrow(StoreUnavailableError);
  const { create, update, delete: deleted, deleteAll, sweep } = primary.seen.calls;
  // Three failures in a row, and then it is not asked any more.
  expect({ create, update, deleted, deleteAll, sweep }).toEqual({
    create: 4,
    update: 2,
    deleted: 0,
    deleteAll: 0,
    sweep: 0,
  });
  primary.fault = null;
  await clock.advance(60_000);
  expect(await primary.inside.read(ref(a), NOW)).toMatchObject({ data: { name: a } });
  for (const { seen } of replicas) expect(seen.calls.update + seen.calls.create).toBe(0);
});

test("a primary that is away is asked once a second, and answers again at once when it is back", async () => {
  const { store, primary, clock } = await failedOver(2, { backOff: { first: 1e9, longest: 1e9 } });
  await settled();
  for (let i = 0; i < 3; i++) await store.read(ref(a), NOW);
  const before = primary.seen.calls.read;
  for (let i = 0; i < 100; i++) await store.read(ref(a), NOW);
  expect(primary.seen.calls.read).toBe(before);
  await clock.advance(1_000);
  for (let i = 0; i < 100; i++) await store.read(ref(a), NOW);
  expect(primary.seen.calls.read).toBe(before + 1);
  primary.fault = null;
  await clock.advance(1_000);
  for (let i = 0; i < 100; i++) await store.read(ref(a), NOW);
  expect(primary.seen.calls.read).toBe(before + 101);
  expect(await store.delete(ref(a))).toBe("deleted");
});

test("one call that fails does not keep the next from asking the primary", async () => {
  const { store, primary } = stage();
  await store.create(newRecord(P, a), NOW);
  await settled();
  primary.seen.failNext("read");
  expect(await store.read(ref(a), NOW)).toMatchObject({ handle: a });
  expect(await store.update(ref(a), { set: { a: "1" } }, NOW)).toMatchObject({ status: "updated" });
});

test("a damaged record is no reason to ask the replicas", async () => {
  const { store, primary, replicas } = stage();
  await store.create(newRecord(P, a), NOW);
  await settled();
  const { CorruptRecordError } = await import("@sojourn/core");
  Object.assign(primary.inside, {
    read: async () => {
      throw new CorruptRecordError("damaged");
    },
  });
  await expect(store.read(ref(a), NOW)).rejects.toThrow("damaged");
  for (const { seen } of replicas) expect(seen.calls["replica.states"]).toBe(0);
});

/** Somebody signed in; then the primary is away, and `ms` later a request comes. */
async function requestAfter(ms: number) {
  const { store, primary, clock } = stage();
  const events: string[] = [];
  const sessions = createSessions({
    store,
    secret: "k3Jx9Qm2Vw7Zr5Tn8Lp4Hs6Dg1Fb0YcA2eUiOqWz",
    clock,
    onEvent: ({ type }) => events.push(type),
  });
  const { token } = await sessions.login("ada");
  const handler = sessions.fetch(async (_, { session }) => {
    return new Response((await session.get())?.userId ?? "nobody");
  });
  const ask = () =>
    handler(new Request("https://shop.test/", { headers: { cookie: `__Host-id=${token}` } }));
  await ask();
  await sessions.drain();
  await settled();
  primary.fault = "fail";
  await clock.advance(ms);
  const response = await ask();
  await sessions.drain();
  return { status: response.status, text: await response.text(), events };
}

test("a signed-in request is served while the primary is away, though its touch is not written", async () => {
  const { status, text, events } = await requestAfter(120_000);
  expect({ status, text }).toEqual({ status: 200, text: "ada" });
  expect(events).toContain("background_failed");
});

test("a request whose renewal is due cannot be served read-only: it is a 503, and no logout", async () => {
  const { status, text } = await requestAfter(16 * 60_000);
  expect({ status, text }).toEqual({ status: 503, text: '{"error":"store-unavailable"}' });
});

test("a copy in a smaller memory may lack sessions, and that is no revocation", async () => {
  const small = stand(memoryStore({ replicable: true, maxSessions: 1 }));
  const { store, primary } = stage([small, stand()]);
  await store.create(newRecord(P, a), NOW);
  await store.create(newRecord(P, b), NOW);
  await settled();
  primary.fault = "fail";
  expect((await store.list(P, NOW)).map((record) => record.handle)).toEqual([a, b]);
});
