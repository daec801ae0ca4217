import type { ReplicaState } from "@sojourn/core";
import { memoryStore, type ReplicableMemoryStore } from "@sojourn/memory";
import {
  type ReplicableStore,
  type ReplicatedStore,
  replicatedStore,
  type ReplicatedStoreOptions,
  type ReplicationEvent,
} from "@sojourn/replicated";
import {
  fakeClock,
  type FakeClock,
  type FaultyStore,
  faultyStore,
  type StoreFault,
} from "@sojourn/testing";
import { onTestFinished } from "vitest";
import { NOW } from "./records.ts";

/** A store in memory behind a line that can be cut. */
export interface Stood {
  /** What is really there. */
  readonly inside: ReplicableMemoryStore;
  /** As a process sees it. */
  readonly seen: FaultyStore & ReplicableStore;
  /** What every call meets from now on; null: nothing. */
  fault: StoreFault | null;
}

export function stand(inside: ReplicableMemoryStore = memoryStore({ replicable: true })): Stood {
  const stood: Stood = {
    inside,
    seen: faultyStore(inside, () => stood.fault) as FaultyStore & ReplicableStore,
    fault: null,
  };
  return stood;
}

export interface Stage {
  readonly store: ReplicatedStore;
  readonly primary: Stood;
  readonly replicas: readonly Stood[];
  readonly clock: FakeClock;
  readonly events: ReplicationEvent[];
  /** Events of one kind. */
  heard<Type extends ReplicationEvent["type"]>(
    type: Type,
  ): Extract<ReplicationEvent, { type: Type }>[];
  /** Another process on the same stores. */
  another(options?: Options): ReplicatedStore;
}

type Options = Omit<Partial<ReplicatedStoreOptions>, "primary" | "replicas">;

/** A store of one primary and some replicas; its time passes when it is told to. */
export function stage(replicas: number | readonly Stood[] = 2, options: Options = {}): Stage {
  const primary = stand();
  const others =
    typeof replicas === "number" ? Array.from({ length: replicas }, () => stand()) : replicas;
  const clock = fakeClock(NOW);
  const events: ReplicationEvent[] = [];

  function another(more: Options = {}): ReplicatedStore {
    const store = replicatedStore({
      primary: primary.seen,
      replicas: others.map(({ seen }) => seen),
      clock,
      onEvent: (event) => events.push(event),
      ...options,
      ...more,
    });
    // Not waited for: a store of a test may never answer.
    onTestFinished(() => void store.close());
    return store;
  }

  return {
    store: another(),
    primary,
    replicas: others,
    clock,
    events,
    heard: (type) => events.filter((event) => event.type === type) as never,
    another,
  };
}

/** Whatever waits for nothing but promises has gone on as far as it can. */
export async function settled(): Promise<void> {
  for (let turn = 0; turn < 5; turn++) await new Promise((resolve) => setImmediate(resolve));
}

/** What a store holds, by the end of the handle. */
export async function holds({ inside }: Stood, partition: string, handles: readonly string[]) {
  const states = await inside.powers.replica.states(partition, handles, NOW);
  return states.map((state: ReplicaState) => {
    if (state.kind === "not-before") return "stamp";
    const handle = state.kind === "record" ? state.record.handle : state.ref.handle;
    return `${handle.replace(/-*A$/, "")} ${state.kind === "record" ? "lives" : "ended"}`;
  });
}

/** Lets so many ms pass, for whoever has gone to sleep by then. */
export async function pass(clock: FakeClock, ms: number): Promise<void> {
  await settled();
  await clock.advance(ms);
  await settled();
}
