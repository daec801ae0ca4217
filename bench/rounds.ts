import type { Cost } from "./measure.ts";
import type { Operation } from "./operation.ts";

export type InFlight = 1 | 64;

export interface Pace {
  /** How many rounds count, after how many that do not. */
  readonly rounds: number;
  readonly warmUp: number;
  /** ms after which no more rounds begin, if five count by then. Absent: as many as it takes. */
  readonly patience?: number;
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

/** So many rounds count at least, whatever the patience. */
const ENOUGH = 5;

/**
 * Every operation in every round: what disturbs a round disturbs all of them. `begins`: hears of each
 * round.
 */
export async function runRounds<C extends Cost>(
  operations: readonly Operation[],
  inFlight: InFlight,
  { rounds, warmUp, calls, patience = Infinity }: Pace,
  measure: Measure<C>,
  begins?: (round: number) => void,
): Promise<Rounds<C>[]> {
  const found = operations.map((operation): [Operation, Rounds<C>] => [
    operation,
    { inFlight, operation: operation.name, against: operation.against, costs: [] },
  ]);
  const start = performance.now();
  for (let round = 0; round < warmUp + rounds; round++) {
    if (round >= warmUp + ENOUGH && performance.now() - start > patience) break;
    begins?.(round + 1);
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
