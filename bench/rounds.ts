import type { Cost } from "./measure.ts";
import type { Operation } from "./operation.ts";

export type InFlight = 1 | 64;

export interface Pace {
  /** How many rounds count, after how many that do not. */
  readonly rounds: number;
  readonly warmUp: number;
  /** Of each operation in a round. */
  readonly calls: Readonly<Record<InFlight, number>>;
}

/** What an operation cost, round by round. */
export interface Rounds<C extends Cost = Cost> {
  readonly inFlight: InFlight;
  readonly operation: string;
  readonly against: string | null;
  readonly costs: C[];
}

export type Measure<C extends Cost> = (
  run: Operation["run"],
  calls: number,
  inFlight: number,
) => Promise<C>;

/** Every operation in every round: what disturbs a round disturbs all of them. */
export async function runRounds<C extends Cost>(
  operations: readonly Operation[],
  inFlight: InFlight,
  { rounds, warmUp, calls }: Pace,
  measure: Measure<C>,
): Promise<Rounds<C>[]> {
  const found = operations.map((operation): [Operation, Rounds<C>] => [
    operation,
    { inFlight, operation: operation.name, against: operation.against, costs: [] },
  ]);
  for (let round = 0; round < warmUp + rounds; round++) {
    // Another one begins the next round, so that none always comes after the same one.
    const first = round % operations.length;
    for (const [operation, { costs }] of [...found.slice(first), ...found.slice(0, first)]) {
      operation.prepare?.(calls[inFlight]);
      const cost = await measure(operation.run, calls[inFlight], inFlight);
      await operation.finish?.();
      if (round >= warmUp) costs.push(cost);
    }
  }
  return found.map(([, all]) => all);
}
