import {
  type PoweredStore,
  type Store,
  type StoreOperation,
  type StorePowers,
  StoreUnavailableError,
  timeLimited,
  wrapStore,
} from "@sojourn/core";
import { fakeClock } from "@sojourn/testing";
import { expect, test } from "vitest";

const REF = { partition: "A".repeat(16), handle: "A".repeat(22) };
const SIGNAL = new AbortController().signal;

/** A store whose every operation does this. */
function uniform(run: () => Promise<never>): PoweredStore<Required<StorePowers>> {
  return {
    create: run,
    read: run,
    update: run,
    delete: run,
    list: run,
    deleteAll: run,
    sweep: run,
    powers: {
      marks: { set: run, get: run },
      references: { add: run, find: run, remove: run },
      once: { redeem: run },
      channel: { publish: run, subscribe: run },
      replica: { states: run, apply: run, changesSince: run },
    },
  };
}

/** Every operation there is, called. The type knows if one is missing. */
function callAll(store: PoweredStore): Record<StoreOperation, Promise<unknown>> {
  const { marks, references, once, channel, replica } = store.powers as Required<StorePowers>;
  return {
    create: store.create({} as never, 0),
    read: store.read(REF, 0),
    update: store.update(REF, {}, 0),
    delete: store.delete(REF),
    list: store.list(REF.partition, 0),
    deleteAll: store.deleteAll(REF.partition, 0),
    sweep: store.sweep(0, 1),
    "marks.set": marks.set("name", 0),
    "marks.get": marks.get("name"),
    "references.add": references.add("name", REF, 1, 0),
    "references.find": references.find("name", 0),
    "references.remove": references.remove("name", []),
    "once.redeem": once.redeem("key", 1, 0),
    "channel.publish": channel.publish("topic", "message"),
    "channel.subscribe": channel.subscribe("topic", () => {}, { signal: SIGNAL, onGap() {} }),
    "replica.states": replica.states(REF.partition, [], 0),
    "replica.apply": replica.apply([], 0),
    "replica.changesSince": replica.changesSince(null, 1, 0),
  };
}

test("a wrapped store has the powers it had, and every operation goes through the wrapper", async () => {
  const seen: StoreOperation[] = [];
  const wrapped = wrapStore(
    uniform(() => new Promise(() => {})),
    (run, operation) => {
      seen.push(operation);
      return run();
    },
  );
  const called = callAll(wrapped);
  expect(seen.toSorted()).toEqual(Object.keys(called).toSorted());
});

test("what a wrapped operation is given and gives is what the store is given and gives", async () => {
  const once = {
    answers: [true, false],
    async redeem(...args: unknown[]) {
      expect(args).toEqual(["key", 2, 1]);
      return this.answers.shift() ?? false;
    },
  };
  const store = { ...uniform(() => Promise.reject(new Error("never"))), powers: { once } };
  const { powers } = wrapStore(store, (run) => run());
  expect(await powers.once?.redeem("key", 2, 1)).toBe(true);
  expect(await powers.once?.redeem("key", 2, 1)).toBe(false);
});

test("a power that a store does not have, its wrapper does not have either", () => {
  const { powers, ...plain } = uniform(() => Promise.reject(new Error("never")));
  expect(wrapStore(plain, (run) => run()).powers).toEqual({});
  const some = { ...plain, powers: { marks: powers.marks, once: powers.once } };
  const wrapped = wrapStore(
    wrapStore(some, (run) => run()),
    (run) => run(),
  );
  expect(Object.keys(wrapped.powers)).toEqual(["marks", "once"]);
});

test("a store and its powers may be of classes, whose operations are not their own properties", async () => {
  class Redeemer {
    readonly #answer = true;
    async redeem() {
      return this.#answer;
    }
  }
  class Classy {
    readonly powers = { once: new Redeemer() };
    async read() {
      return null;
    }
  }
  const wrapped = wrapStore(new Classy() as unknown as Store, (run) => run());
  expect(await wrapped.read(REF, 0)).toBeNull();
  expect(await wrapped.powers.once?.redeem("key", 1, 0)).toBe(true);
});

test("a time limit holds for each operation of each power", async () => {
  const clock = fakeClock();
  const store = timeLimited(
    uniform(() => new Promise(() => {})),
    2_000,
    clock,
  );
  const errors: Partial<Record<string, unknown>> = {};
  const called = callAll(store);
  for (const [operation, promise] of Object.entries(called)) {
    promise.catch((error: unknown) => (errors[operation] = error));
  }
  await clock.advance(1_999);
  expect(errors).toEqual({});
  await clock.advance(1);
  for (const operation of Object.keys(called)) {
    expect(errors[operation], operation).toBeInstanceOf(StoreUnavailableError);
  }
});
