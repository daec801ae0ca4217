import {
  ABANDONED_AFTER,
  type CreateOptions,
  type CreateOutcome,
  type NewSessionRecord,
  type SessionRecord,
} from "@sojourn/core";
import type { Oracle } from "../../../src/store/oracle.ts";
import type { BrokenStore } from "./broken.ts";

interface Rules {
  /** Who is counted. */
  counted(
    oracle: Oracle,
    partition: string,
    now: number,
    replaces: string | undefined,
  ): SessionRecord[];
  isAbandoned(record: SessionRecord, now: number): boolean;
  /** Who has the smaller one goes first. */
  rank(record: SessionRecord): number;
  /** Of those alike. */
  tie(a: SessionRecord, b: SessionRecord): number;
  /** How many go where so many are too many. */
  going(excess: number): number;
  refuses: boolean;
  yields(record: SessionRecord, abandoned: boolean): boolean;
  slack(replaces: string | undefined): number;
  listed(evicted: string[], replaces: string | undefined): string[];
}

const RIGHT: Rules = {
  counted: (oracle, partition, now, replaces) =>
    oracle.list(partition, now).filter(({ handle }) => handle !== replaces),
  isAbandoned: ({ lastSeenAt, createdAt }, now) =>
    lastSeenAt === null && now - createdAt >= ABANDONED_AFTER,
  rank: ({ lastSeenAt, createdAt }) => lastSeenAt ?? createdAt,
  tie: (a, b) => (a.handle < b.handle ? -1 : 1),
  going: (excess) => excess,
  refuses: true,
  yields: (_record, abandoned) => abandoned,
  slack: () => 0,
  listed: (evicted) => evicted,
};

/** A create whose limit goes by these rules. */
function createBy(
  rules: Rules,
  oracle: Oracle,
  record: NewSessionRecord,
  now: number,
  { limit, replaces }: CreateOptions,
): CreateOutcome {
  const { partition } = record;
  if (limit === undefined) return oracle.create(record, now, replaces ? { replaces } : {});
  const others = rules.counted(oracle, partition, now, replaces);
  const excess = others.length + 1 - limit.max - rules.slack(replaces);
  const isAbandoned = (other: SessionRecord) => rules.isAbandoned(other, now);
  const refuses = rules.refuses && limit.onLimit === "refuse";
  const mayGo = refuses ? others.filter((one) => rules.yields(one, isAbandoned(one))) : others;
  if (excess > mayGo.length) return { status: "limit-reached" };
  const evicted = mayGo
    .sort(
      (a, b) =>
        Number(isAbandoned(b)) - Number(isAbandoned(a)) ||
        rules.rank(a) - rules.rank(b) ||
        rules.tie(a, b),
    )
    .slice(0, Math.max(0, rules.going(excess)))
    .map(({ handle }) => handle);
  for (const handle of evicted) oracle.delete({ partition, handle });
  const outcome = oracle.create(record, now, replaces ? { replaces } : {});
  return outcome.status === "created"
    ? { status: "created", evicted: rules.listed(evicted, replaces) }
    : outcome;
}

function ruled(defect: string, rejectedBy: string, rules: Partial<Rules>): BrokenStore {
  return {
    defect,
    rejectedBy: `invariant 6: ${rejectedBy}`,
    make: ({ oracle, step }) => ({
      async create(record, now, options = {}) {
        await step();
        return createBy({ ...RIGHT, ...rules }, oracle, record, now, options);
      },
    }),
  };
}

export const brokenLimits: readonly BrokenStore[] = [
  ruled("evicts the oldest", "at the limit the least recently seen goes", {
    rank: ({ createdAt }) => createdAt,
  }),
  {
    defect: "orders by what was the last activity when the session was created",
    rejectedBy: "invariant 6: a touch saves a session from being the least recently seen",
    make: ({ oracle }) => {
      const seen = new Map<string, number>();
      const rank = ({ handle }: SessionRecord) => seen.get(handle) ?? 0;
      return {
        async create(record, now, options = {}) {
          seen.set(record.handle, record.lastSeenAt ?? record.createdAt);
          return createBy({ ...RIGHT, rank }, oracle, record, now, options);
        },
      };
    },
  },
  ruled("takes never seen for long ago", "a session that was never seen counts as seen when", {
    rank: ({ lastSeenAt }) => lastSeenAt ?? 0,
  }),
  ruled("evicts the greater handle", "of two seen at the same time", {
    tie: (a, b) => (a.handle < b.handle ? 1 : -1),
  }),
  ruled("evicts one and leaves it at that", "where the limit was lowered", {
    going: (excess) => Math.min(1, excess),
  }),
  ruled("evicts where it should refuse", "a limit that refuses sends nobody away", {
    refuses: false,
  }),
  ruled("evicts the abandoned in their turn only", "an abandoned session goes first", {
    isAbandoned: () => false,
  }),
  ruled("refuses for the sake of abandoned ones", "an abandoned session causes no refusal", {
    yields: () => false,
  }),
  ruled("takes what was not seen yet for abandoned", "abandoned means unseen for ABANDONED_AFTER", {
    isAbandoned: ({ lastSeenAt }) => lastSeenAt === null,
  }),
  ruled("takes what is old for abandoned", "abandoned means unseen for ABANDONED_AFTER", {
    isAbandoned: ({ createdAt }, now) => now - createdAt >= ABANDONED_AFTER,
  }),
  ruled("counts what has expired", "sessions that have expired do not count", {
    counted: (oracle, partition) => oracle.list(partition, -Infinity),
  }),
  ruled("counts what is replaced", "the session that is replaced goes in the same step", {
    counted: (oracle, partition, now) => oracle.list(partition, now),
  }),
  ruled(
    "calls what was replaced evicted",
    "the session that is replaced is not among the evicted",
    {
      listed: (evicted, replaces) => (replaces ? [...evicted, replaces] : evicted),
    },
  ),
  ruled("makes room for whoever replaces", "one that is to be replaced and is not there", {
    slack: (replaces) => (replaces ? 1 : 0),
  }),
  ...[
    "many concurrent creates leave exactly 5 where the least recent",
    "many concurrent creates leave exactly 5 where the rest is refused",
    "of many concurrent creates that replace one session",
    "a limited create among up to four operations",
  ].map((rejectedBy): BrokenStore => ({
    defect: "counts, then inserts",
    rejectedBy: `invariant 6: ${rejectedBy}`,
    make: ({ oracle, step }) => ({
      async create(record, now, options = {}) {
        await step();
        const counted = oracle.fork();
        await step();
        const rules = {
          ...RIGHT,
          counted: () => RIGHT.counted(counted, record.partition, now, options.replaces),
        };
        return createBy(rules, oracle, record, now, options);
      },
    }),
  })),
];
