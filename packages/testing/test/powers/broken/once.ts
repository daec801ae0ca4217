import type { Once } from "@sojourn/core";
import type { PowerFactory } from "@sojourn/testing/suites";
import { createBackend, plainOnce } from "../plain/powers.ts";
import { type BrokenPower, FAILURES, MISTAKEN, otherwise, pause, unrefused } from "./broken.ts";

type Redeem = Once["redeem"];

/** `spent`: key to deadline, as the right one keeps it. */
function broken(
  defect: string,
  rejectedBy: string,
  make: (right: Redeem, spent: Map<string, number>) => Redeem,
): BrokenPower<Once> {
  return { defect, rejectedBy, factory: factoryOf(make) };
}

function factoryOf(
  make: (right: Redeem, spent: Map<string, number>) => Redeem,
): PowerFactory<Once> {
  return async () => {
    const backend = createBackend();
    const spent = new Map<string, number>();
    const peer = plainOnce(backend.reach, spent);
    return { ...backend, power: { redeem: make(peer.redeem, spent) }, peer };
  };
}

export const rightOnce: PowerFactory<Once> = factoryOf((right) => right);

const FIRST = "once: the first redeems, and nobody after it";
const DEADLINE = "once: a key is spent up to the ms of its deadline";
const MOVED = "once: who comes too late moves the deadline neither way";
const PAST = "once: what is past its deadline";

export const brokenOnces: readonly BrokenPower<Once>[] = [
  broken("redeems every time", FIRST, () => async () => true),
  broken("never redeems", FIRST, () => async () => false),
  broken("keeps what is spent in its process", FIRST, () => plainOnce(() => {}).redeem),
  broken(
    "looks, and a moment later writes",
    "once: of 100 that redeem at once exactly one",
    (right, spent) => async (key, expiresAt, now) => {
      if (now < (spent.get(key) ?? now)) return false;
      await pause();
      spent.delete(key);
      return right(key, expiresAt, now);
    },
  ),
  broken(
    "frees what has run out, and a moment later spends it",
    "once: of 100 that redeem at once what has become free",
    (right, spent) => async (key, expiresAt, now) => {
      const deadline = spent.get(key);
      if (deadline === undefined || now < deadline) return right(key, expiresAt, now);
      await pause();
      spent.delete(key);
      return right(key, expiresAt, now);
    },
  ),
  broken(
    "spends all keys with one",
    "once: 100 keys redeemed at once",
    (right) => (key, expiresAt, now) => right(key.slice(0, 1), expiresAt, now),
  ),
  broken(
    "frees a key one ms too early",
    DEADLINE,
    (right) => (key, expiresAt, now) => right(key, expiresAt - 1, now),
  ),
  broken("never frees a key", DEADLINE, (right) => (key, _expiresAt, now) => {
    return right(key, Infinity, now);
  }),
  broken("goes by the latest call", MOVED, (right, spent) => async (key, expiresAt, now) => {
    const redeemed = await right(key, expiresAt, now);
    spent.set(key, expiresAt);
    return redeemed;
  }),
  broken("goes by the longest call", MOVED, (right, spent) => async (key, expiresAt, now) => {
    const redeemed = await right(key, expiresAt, now);
    spent.set(key, Math.max(expiresAt, spent.get(key) ?? 0));
    return redeemed;
  }),
  broken("redeems what is too late", PAST, (right) => async (key, expiresAt, now) => {
    return now >= expiresAt || right(key, expiresAt, now);
  }),
  broken("spends what is too late", PAST, (right, spent) => async (key, expiresAt, now) => {
    const redeemed = await right(key, expiresAt, now);
    if (now >= expiresAt) spent.set(key, now + 1);
    return redeemed;
  }),
  broken("frees what is tried too late", PAST, (right, spent) => async (key, expiresAt, now) => {
    if (now >= expiresAt) spent.delete(key);
    return right(key, expiresAt, now);
  }),
  ...Object.entries(MISTAKEN).map(([defect, mistake]) =>
    broken(defect, "once: keys that are nearly one", (right) => (key, ...rest) => {
      return right(mistake(key), ...rest);
    }),
  ),
  broken("takes any key", "once: a key that is too long or ill-formed", (right) => (...args) => {
    return unrefused(right(...args), true);
  }),
  ...FAILURES.flatMap((rejectedBy) => [
    broken("redeems where it cannot know", rejectedBy, (right) => (...args) => {
      return otherwise(right(...args), true);
    }),
    broken("says no where it cannot know", rejectedBy, (right) => (...args) => {
      return otherwise(right(...args), false);
    }),
  ]),
];
