import type { Marks } from "@sojourn/core";
import type { PowerFactory } from "@sojourn/testing/suites";
import { createBackend, plainMarks } from "../plain/powers.ts";
import { type BrokenPower, FAILURES, MISTAKEN, otherwise, pause, unrefused } from "./broken.ts";

interface Parts {
  readonly right: Marks;
  readonly marks: Map<string, number>;
}

/** `as-broken`: all processes have the defect, else only one of the two. */
function factoryOf(
  make: (parts: Parts) => Partial<Marks>,
  peers: "as-broken" | "right" = "right",
): PowerFactory<Marks> {
  return async () => {
    const backend = createBackend();
    const marks = new Map<string, number>();
    const right = plainMarks(backend.reach, marks);
    const power = { ...right, ...make({ right, marks }) };
    return { ...backend, power, peer: peers === "right" ? right : power };
  };
}

export const rightMarks: PowerFactory<Marks> = factoryOf(() => ({}));

const NULL = "marks: null until a mark is set";
const BACK = "invariant 2: a mark never moves back";
const REFUSED = "marks: a name that is too long or ill-formed";

export const brokenMarks: readonly BrokenPower<Marks>[] = [
  {
    defect: "takes what was never set for 0",
    rejectedBy: NULL,
    factory: factoryOf(({ right }) => ({ get: async (name) => (await right.get(name)) ?? 0 })),
  },
  {
    defect: "keeps marks in its process",
    rejectedBy: NULL,
    factory: factoryOf(() => plainMarks(() => {})),
  },
  {
    defect: "takes 0 for what was never set",
    rejectedBy: "marks: a mark of 0 is set",
    factory: factoryOf(({ right }) => ({ get: async (name) => (await right.get(name)) || null })),
  },
  {
    defect: "sets what it is told",
    rejectedBy: BACK,
    factory: factoryOf(({ marks }) => ({
      async set(name, at) {
        marks.set(name, at);
        return at;
      },
    })),
  },
  {
    defect: "gives what it was told",
    rejectedBy: BACK,
    factory: factoryOf(({ right }) => ({
      async set(name, at) {
        await right.set(name, at);
        return at;
      },
    })),
  },
  {
    defect: "compares, and a moment later writes",
    rejectedBy: "invariant 2: of 100 marks set at once",
    factory: factoryOf(
      ({ marks }) => ({
        async set(name, at) {
          const mark = Math.max(at, marks.get(name) ?? at);
          await pause();
          marks.set(name, mark);
          return mark;
        },
      }),
      "as-broken",
    ),
  },
  ...Object.entries(MISTAKEN).map(([defect, mistake]) => ({
    defect,
    rejectedBy: "marks: names that are nearly one",
    factory: factoryOf(({ right }) => ({
      set: (name, at) => right.set(mistake(name), at),
      get: (name) => right.get(mistake(name)),
    })),
  })),
  {
    defect: "sets a mark under any name",
    rejectedBy: REFUSED,
    factory: factoryOf(({ right }) => ({ set: (name, at) => unrefused(right.set(name, at), at) })),
  },
  {
    defect: "looks for any name",
    rejectedBy: REFUSED,
    factory: factoryOf(({ right }) => ({ get: (name) => unrefused(right.get(name), null) })),
  },
  ...FAILURES.flatMap((rejectedBy) => [
    {
      defect: "takes a mark that cannot be read for one that was never set",
      rejectedBy,
      factory: factoryOf(({ right }) => ({ get: (name) => otherwise(right.get(name), null) })),
    },
    {
      defect: "takes a mark that cannot be written for set",
      rejectedBy,
      factory: factoryOf(({ right }) => ({
        set: (name, at) => otherwise(right.set(name, at), at),
      })),
    },
  ]),
];
