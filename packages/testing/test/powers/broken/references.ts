import type { References, SessionRef } from "@sojourn/core";
import type { PowerFactory } from "@sojourn/testing/suites";
import { createBackend, type Entry, plainReferences } from "../plain/powers.ts";
import { type BrokenPower, FAILURES, MISTAKEN, otherwise, pause, unrefused } from "./broken.ts";

interface Parts {
  readonly right: References;
  readonly entries: Entry[];
}

function broken(
  defect: string,
  rejectedBy: string,
  make: (parts: Parts) => Partial<References>,
): BrokenPower<References> {
  return { defect, rejectedBy, factory: factoryOf(make) };
}

function factoryOf(make: (parts: Parts) => Partial<References>): PowerFactory<References> {
  return async () => {
    const backend = createBackend();
    const entries: Entry[] = [];
    const right = plainReferences(backend.reach, entries);
    return { ...backend, power: { ...right, ...make({ right, entries }) }, peer: right };
  };
}

export const rightReferences: PowerFactory<References> = factoryOf(() => ({}));

const FOUND = "references: what was added is found by its name";
const SEVERAL = "references: several sessions of one name";
const DEADLINE = "references: an entry is found up to the ms of its deadline";
const AGAIN = "references: of an entry that is added again";
const REMOVED = "references: remove takes the entries it names";
const LIMIT = "references: find gives at most `limit`";

/** The deadline that a call of `find` must not know of: as if entries had none, or another. */
const refsOf = (entries: readonly Entry[], name: string): SessionRef[] =>
  entries.filter((entry) => entry.name === name).map(({ ref }) => ref);

export const brokenReferences: readonly BrokenPower<References>[] = [
  broken("finds nothing", FOUND, () => ({ find: async () => [] })),
  broken("keeps entries in its process", FOUND, () => plainReferences(() => {})),
  broken("finds by any name", FOUND, ({ entries }) => ({
    find: async () => entries.map(({ ref }) => ref),
  })),
  broken("adds an entry twice", SEVERAL, ({ entries }) => ({
    async add(name, ref, expiresAt) {
      entries.push({ name, ref, expiresAt });
    },
  })),
  broken("keeps one session a name", SEVERAL, ({ right, entries }) => ({
    async add(name, ref, expiresAt, now) {
      await right.remove(name, refsOf(entries, name));
      await right.add(name, ref, expiresAt, now);
    },
  })),
  broken("takes sessions with one handle for one", SEVERAL, ({ right, entries }) => ({
    async add(name, ref, expiresAt, now) {
      const alike = refsOf(entries, name).filter(({ handle }) => handle === ref.handle);
      await right.remove(name, alike);
      await right.add(name, ref, expiresAt, now);
    },
  })),
  broken(
    "keeps one name a session",
    "references: a session of several names",
    ({ right, entries }) => ({
      async add(name, ref, expiresAt, now) {
        const at = entries.findIndex((entry) => entry.ref.partition === ref.partition);
        if (at >= 0) entries.splice(at, 1);
        await right.add(name, ref, expiresAt, now);
      },
    }),
  ),
  broken(
    "reads the list, and a moment later writes it",
    "invariant 2: of 100 added at once",
    ({ entries }) => ({
      async add(name, ref, expiresAt) {
        const mine = [...entries, { name, ref, expiresAt }];
        await pause();
        entries.splice(0, entries.length, ...mine);
      },
    }),
  ),
  broken(
    "reads what others are left, and a moment later writes that",
    "invariant 2: what is added while others are removed",
    ({ right, entries }) => ({
      async add(name, ref, expiresAt, now) {
        const before = [...entries];
        await pause();
        entries.splice(0, entries.length, ...before);
        await right.add(name, ref, expiresAt, now);
      },
    }),
  ),
  broken("finds for a ms longer", DEADLINE, ({ right }) => ({
    find: (name, now, limit) => right.find(name, now - 1, limit),
  })),
  broken("finds for a ms less", DEADLINE, ({ right }) => ({
    find: (name, now, limit) => right.find(name, now + 1, limit),
  })),
  broken("lets all of a name expire with the first", DEADLINE, ({ right, entries }) => ({
    async find(name, now, limit) {
      const ours = entries.filter((entry) => entry.name === name);
      return ours.every(({ expiresAt }) => now < expiresAt) ? right.find(name, now, limit) : [];
    },
  })),
  broken("goes by the latest deadline it was told", AGAIN, ({ right }) => ({
    async add(name, ref, expiresAt, now) {
      await right.remove(name, [ref]);
      await right.add(name, ref, expiresAt, now);
    },
  })),
  broken("goes by the first deadline it was told", AGAIN, ({ right, entries }) => ({
    async add(name, ref, expiresAt, now) {
      const known = refsOf(entries, name).some(({ handle }) => handle === ref.handle);
      if (!known) await right.add(name, ref, expiresAt, now);
    },
  })),
  broken(
    "keeps an entry for a ms at least",
    "references: an entry that is added after its deadline",
    ({ right }) => ({
      add: (name, ref, expiresAt, now) => right.add(name, ref, Math.max(expiresAt, now + 1), now),
    }),
  ),
  broken("removes nothing", REMOVED, () => ({ remove: async () => {} })),
  broken("removes the first it is given", REMOVED, ({ right }) => ({
    remove: (name, [ref]) => right.remove(name, ref === undefined ? [] : [ref]),
  })),
  broken("stops at an absent one", REMOVED, ({ right, entries }) => ({
    async remove(name, refs) {
      for (const ref of refs) {
        if (!refsOf(entries, name).some(({ handle }) => handle === ref.handle)) return;
        await right.remove(name, [ref]);
      }
    },
  })),
  broken("removes by handle alone", REMOVED, ({ entries }) => ({
    async remove(_name, refs) {
      for (const { handle } of refs) {
        const at = entries.findIndex(({ ref }) => ref.handle === handle);
        if (at >= 0) entries.splice(at, 1);
      }
    },
  })),
  broken("removes all where none is named", REMOVED, ({ right, entries }) => ({
    remove: (name, refs) => right.remove(name, refs.length === 0 ? refsOf(entries, name) : refs),
  })),
  broken("gives all there are", LIMIT, ({ right }) => ({
    find: (name, now) => right.find(name, now, Infinity),
  })),
  broken("gives one fewer", LIMIT, ({ right }) => ({
    find: (name, now, limit = 1_000) => right.find(name, now, limit - 1),
  })),
  broken("keeps 1,000 a name", LIMIT, ({ right, entries }) => ({
    async add(name, ref, expiresAt, now) {
      await right.add(name, ref, expiresAt, now);
      const [first, ...others] = refsOf(entries, name);
      if (others.length >= 1_000) await right.remove(name, first ? [first] : []);
    },
  })),
  broken(
    "limits, then leaves out what has expired",
    "references: expired entries take no place",
    ({ right, entries }) => ({
      async find(name, now, limit = 1_000) {
        const some = new Set(refsOf(entries, name).slice(0, limit));
        const live = new Set((await right.find(name, now, Infinity)).map(({ handle }) => handle));
        return [...some].filter(({ handle }) => live.has(handle));
      },
    }),
  ),
  ...Object.entries(MISTAKEN).map(([defect, mistake]) =>
    broken(defect, "references: names that are nearly one", ({ right }) => ({
      add: (name, ...rest) => right.add(mistake(name), ...rest),
      find: (name, ...rest) => right.find(mistake(name), ...rest),
      remove: (name, refs) => right.remove(mistake(name), refs),
    })),
  ),
  ...(["add", "find", "remove"] as const).map((operation) =>
    broken(
      `takes any name to ${operation}`,
      "references: a name that is too long or ill-formed",
      ({ right }) => ({
        [operation]: (...args: never[]) =>
          unrefused<unknown>(
            (right[operation] as (...args: never[]) => Promise<unknown>)(...args),
            [],
          ),
      }),
    ),
  ),
  ...FAILURES.flatMap((rejectedBy) => [
    broken("finds nothing where it cannot know", rejectedBy, ({ right }) => ({
      find: (...args) => otherwise(right.find(...args), []),
    })),
    broken("takes for added what could not be", rejectedBy, ({ right }) => ({
      add: (...args) => otherwise(right.add(...args), undefined),
    })),
    broken("takes for removed what could not be", rejectedBy, ({ right }) => ({
      remove: (...args) => otherwise(right.remove(...args), undefined),
    })),
  ]),
];
