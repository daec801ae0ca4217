import type { ReplicaState, SessionState } from "@sojourn/core";
import fc from "fast-check";
import { FULL } from "../../adapter/tier.ts";
import { ContractViolation, show } from "../../store/assert.ts";
import { createRandom } from "../../store/random.ts";
import { DAY, handle, HOUR, newPartition, NOW } from "../../store/records.ts";
import type { PowerCase, PowerCaseContext } from "../contract.ts";
import { recordState, type Replicable, sameStates, stamp, tombstone } from "./states.ts";

const HANDLES = ["a", "b"].map(handle);

/** A state, for whichever partition. */
type Drawn = (partition: string) => ReplicaState;

// A revision names one state of a session, so the rest of a record follows from it. A deadline moves
// forward only, as it does where an authentication sets it.
const drawnRecord = fc
  .record({ handle: fc.constantFrom(...HANDLES), revision: fc.integer({ min: 1, max: 5 }) })
  .map(({ handle, revision }): Drawn => {
    const [key, lastSeenAt] = [`key ${revision % 3}`, NOW - 7 * revision];
    const expiresAt = NOW + DAY + revision * HOUR;
    const fields = { handle, lastSeenAt, expiresAt, version: revision, data: { [key]: "1" } };
    return (partition) => recordState(partition, NOW + revision, fields);
  });

const drawnTombstone = fc
  .record({ handle: fc.constantFrom(...HANDLES), hours: fc.constantFrom(0, 6, 30) })
  .map(({ handle, hours }): Drawn => {
    return (partition) => tombstone({ partition, handle }, NOW + DAY + hours * HOUR);
  });

const drawnStamp = fc.integer({ min: 1, max: 3 }).map(
  (n): Drawn =>
    (partition) =>
      stamp(partition, NOW - n),
);

const drawnStates = fc.array(
  fc.oneof(
    { weight: 5, arbitrary: drawnRecord },
    { weight: 1, arbitrary: drawnTombstone },
    { weight: 1, arbitrary: drawnStamp },
  ),
  { minLength: 2, maxLength: 12, size: "max" },
);

/** What a store holds that was given these, in whatever order. */
function merged(states: readonly ReplicaState[]): readonly ReplicaState[] {
  const held = new Map<string, ReplicaState>();
  for (const state of states) {
    const key = state.kind === "not-before" ? "" : handleOf(state);
    const there = held.get(key);
    held.set(key, there === undefined ? state : merge(there, state));
  }
  return [...held.values()];
}

function merge(a: ReplicaState, b: ReplicaState): ReplicaState {
  if (a.kind === "not-before") return b.kind === "not-before" && b.notBefore > a.notBefore ? b : a;
  if (b.kind === "not-before") return a;
  if (a.kind === "record" && b.kind === "record") return b.revision > a.revision ? b : a;
  const { ref } = a.kind === "tombstone" ? a : (b as Extract<SessionState, { kind: "tombstone" }>);
  return tombstone(ref, Math.max(deadlineOf(a), deadlineOf(b)));
}

function handleOf(state: SessionState): string {
  return state.kind === "record" ? state.record.handle : state.ref.handle;
}

function deadlineOf(state: SessionState): number {
  return state.kind === "record" ? state.record.expiresAt : state.expiresAt;
}

/** Several orders of one set, each with some of it twice, in calls of several sizes. */
async function checkOrders({ power }: PowerCaseContext<Replicable>, drawn: Drawn[], seed: number) {
  const random = createRandom(seed);
  const { replica } = power.powers;
  for (let order = 0; order < (FULL ? 12 : 4); order++) {
    const partition = newPartition();
    const states = drawn.map((state) => state(partition));
    const queue = [...states, ...states.filter(() => random.below(3) === 0)];
    const sent: ReplicaState[] = [];
    while (queue.length > 0) {
      const call: ReplicaState[] = [];
      for (let size = 1 + random.below(3); size > 0 && queue.length > 0; size--) {
        call.push(...queue.splice(random.below(queue.length), 1));
      }
      sent.push(...call);
      await replica.apply(call, NOW);
    }
    const held = await replica.states(partition, HANDLES, NOW);
    sameStates(held, merged(states), `what is there after ${sent.map(brief).join(", ")}`);
  }
}

function brief(state: ReplicaState): string {
  if (state.kind === "not-before") return `stamp ${state.notBefore - NOW}`;
  if (state.kind === "tombstone")
    return `tombstone ${state.ref.handle[0]} ${state.expiresAt - NOW}`;
  return `record ${state.record.handle[0]} ${state.revision - NOW}`;
}

export const modelCases: readonly PowerCase<Replicable>[] = [
  {
    title: "invariant 2: any states, in any order and however often, come to the same in the end",
    async run(context) {
      const { seed } = context;
      const property = fc.asyncProperty(drawnStates, fc.nat(), (drawn, order) =>
        checkOrders(context, drawn, order),
      );
      const numRuns = FULL ? 300 : 25;
      const { failed, errorInstance, counterexamplePath } = await fc.check(property, {
        seed,
        numRuns,
      });
      if (!failed) return;
      if (!(errorInstance instanceof ContractViolation)) throw errorInstance;
      const { message, expected, actual } = errorInstance;
      throw new ContractViolation(
        `Seed ${seed}, path ${counterexamplePath}: ${message}. ${show(expected)}`,
        expected,
        actual,
      );
    },
  },
];
