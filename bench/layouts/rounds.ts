import { spread } from "../statistics.ts";
import { inFlight, type Server } from "./server.ts";

/** What one round does many times. */
export interface Contender {
  readonly name: string;
  /** Called once a round, before the clock runs. */
  prepare?(): Promise<unknown>;
  run(i: number): Promise<unknown>;
}

export interface RoundOptions {
  readonly rounds: number;
  /** Calls a round and contender. */
  readonly calls: number;
}

export interface Cost {
  readonly name: string;
  /** us of the server's processor a call, the middle of all rounds. */
  readonly us: number;
  /** That by the first contender's in the same round: the middle, the least, the most. */
  readonly ratio: ReturnType<typeof spread>;
}

/**
 * What each costs the server. Every round runs all of them, each time in another order, and compares
 * within the round: what else the machine does meanwhile meets all alike.
 */
export async function compareCpu(
  server: Server,
  contenders: readonly Contender[],
  { rounds, calls }: RoundOptions,
): Promise<Cost[]> {
  const found = contenders.map((): number[] => []);
  for (const contender of contenders) {
    await contender.prepare?.();
    await inFlight(Math.min(calls, 200), 64, contender.run);
  }
  for (let round = 0; round < rounds; round++) {
    for (let turn = 0; turn < contenders.length; turn++) {
      const at = (turn + round) % contenders.length;
      const contender = contenders[at] as Contender;
      await contender.prepare?.();
      const before = await server.cpu();
      await inFlight(calls, 64, (i) => contender.run(i + round * calls));
      found[at]?.push(((await server.cpu()) - before) / calls);
    }
  }
  const base = found[0] as number[];
  return contenders.map(({ name }, at) => {
    const costs = found[at] as number[];
    const ratios = costs.map((us, round) => us / (base[round] as number));
    return { name, us: spread(costs).median, ratio: spread(ratios) };
  });
}
