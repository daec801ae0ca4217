import type { CreateOptions, NewSessionRecord, SessionChange, SessionRef } from "@sojourn/core";
import { FULL } from "../adapter/tier.ts";
import type { Call } from "./calls.ts";
import type { Random } from "./random.ts";
import { handle, HOUR, newRecord, NOW } from "./records.ts";

const KINDS = ["read", "update", "touch", "renew", "delete", "deleteAll", "create"] as const;

export type Kind = (typeof KINDS)[number];

/** Kinds of concurrent operations. Which variant of its kind the i-th is follows from i and `turn`. */
export interface Combination {
  readonly kinds: readonly Kind[];
  readonly turn: number;
}

/** Each kind comes in four variants. */
const VARIANTS = 4;

/**
 * Every choice of up to `most` kinds, in no order, small ones first. In the small tier those of
 * `most` kinds come in one variant each, the others in all.
 */
export function everyCombination(most: number): Combination[] {
  const choices: Kind[][] = [[]];
  for (const chosen of choices) {
    if (chosen.length === most) break;
    const last = KINDS.indexOf(chosen.at(-1) ?? "read");
    for (const kind of KINDS.slice(last)) choices.push([...chosen, kind]);
  }
  const turns = Array.from({ length: VARIANTS }, (_, turn) => turn);
  return choices.slice(1).flatMap((kinds, i) => {
    const some = kinds.length < most || FULL ? turns : [i % VARIANTS];
    return some.map((turn) => ({ kinds, turn }));
  });
}

export function someCombination(random: Random, most: number): Combination {
  const kinds = Array.from({ length: 2 + random.below(most - 1) }, () => random.pick(KINDS));
  return { kinds, turn: random.below(VARIANTS) };
}

/** What is in the partition before: one session that the operations are about, and another. */
export function startingRecords(partition: string): NewSessionRecord[] {
  return [
    newRecord(partition, {
      handle: handle("target"),
      lastSeenAt: NOW - 10,
      data: { shared: '"start"' },
    }),
    newRecord(partition, { handle: handle("other"), lastSeenAt: NOW - 5 }),
  ];
}

/** The operations of a combination, in a partition that holds the starting records. */
export function callsOf({ kinds, turn }: Combination, partition: string): Call[] {
  return kinds.map((kind, i) => {
    const earlier = kinds.slice(0, i).filter((other) => other === kind).length;
    return callOf(kind, i, (earlier + turn) % VARIANTS, partition);
  });
}

function callOf(kind: Kind, i: number, variant: number, partition: string): Call {
  const target: SessionRef = { partition, handle: handle("target") };
  switch (kind) {
    case "read":
      return ["read", target, NOW];
    case "update": {
      const { ifVersion, ...change } = UPDATES[variant] as (typeof UPDATES)[number];
      const own = { ...change, set: { ...change.set, [`own ${i}`]: String(i) } };
      return ["update", target, own, NOW, ifVersion === undefined ? {} : { ifVersion }];
    }
    case "touch":
      return ["update", target, { touch: TOUCHES[variant] as (typeof TOUCHES)[number] }, NOW];
    case "renew":
      return ["update", target, { ...renewal(i), ...(variant === 3 && own(i)) }, NOW];
    case "delete":
      return ["delete", target, variant % 2 === 0 ? {} : { ifVersion: 1 }];
    case "deleteAll":
      return ["deleteAll", partition, NOW, variant % 2 === 0 ? {} : { except: handle("other") }];
    case "create": {
      const authenticatedAt = NOW + (variant < 2 ? 1 : -1);
      const record = newRecord(partition, { handle: handle(`new-${i}`), authenticatedAt });
      return ["create", record, NOW, CREATIONS[variant] as CreateOptions];
    }
  }
}

const UPDATES: readonly (SessionChange & { readonly ifVersion?: number })[] = [
  { set: { shared: '"plain"' } },
  { set: { shared: '"versioned"' }, ifVersion: 1 },
  { set: { shared: '"expecting"' }, expect: { shared: '"start"' } },
  { unset: ["shared"], envelope: { facts: "changed" } },
];

/** In each the one time is later than in the one before it, the other earlier. */
const TOUCHES = [
  { lastSeenAt: NOW + 5, idleExpiresAt: NOW + HOUR + 1 },
  { lastSeenAt: NOW + 2, idleExpiresAt: NOW + HOUR + 6 },
  { lastSeenAt: NOW + 9, idleExpiresAt: NOW + HOUR + 3 },
  { lastSeenAt: NOW - 20, idleExpiresAt: NOW + HOUR + 9 },
] as const;

const CREATIONS: readonly CreateOptions[] = [
  { limit: { max: 2, onLimit: "evict-least-recent" } },
  { limit: { max: 3, onLimit: "refuse" } },
  { limit: { max: 2, onLimit: "refuse" }, replaces: handle("target") },
  { limit: { max: 1, onLimit: "evict-least-recent" } },
];

function renewal(i: number): SessionChange {
  return { credential: { from: "credential 0", to: `credential ${i + 1}` } };
}

function own(i: number): SessionChange {
  return { set: { [`own ${i}`]: String(i) } };
}
