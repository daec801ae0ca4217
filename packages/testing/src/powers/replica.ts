import type { ReplicaTarget } from "@sojourn/core";
import { handle, newPartition, NOW } from "../store/records.ts";
import type { PowerCase, PowerFactory, PowerTestOptions } from "./contract.ts";
import { failureCases } from "./failures.ts";
import { applyCases } from "./replica/apply.ts";
import { changesCases } from "./replica/changes.ts";
import { modelCases } from "./replica/model.ts";
import { revisionCases } from "./replica/revisions.ts";
import { recordState, type Replicable } from "./replica/states.ts";
import { testPower } from "./run.ts";

export const replicaCases: readonly PowerCase<Replicable>[] = [
  ...revisionCases,
  ...applyCases,
  ...modelCases,
  ...changesCases,
  ...failureCases<Replicable, ReplicaTarget>(({ powers: { replica } }) => ({
    states: () => replica.states(newPartition(), [handle("one")], NOW),
    apply: () => replica.apply([recordState(newPartition(), NOW)], NOW),
    changesSince: () => replica.changesSince(null, 10, NOW),
  })),
];

/**
 * Registers with vitest what a `ReplicaTarget` must do, which shows at its store. Unlike the others it
 * looks at all that is there: each store that the factory gives must be empty, in a database or under
 * a prefix of its own.
 */
export function testReplicaTarget(
  name: string,
  factory: PowerFactory<Replicable>,
  options: PowerTestOptions = {},
): void {
  testPower(`replica: ${name}`, replicaCases, factory, options);
}
