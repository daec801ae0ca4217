import { type Cost, measure } from "../measure.ts";
import type { Measure } from "../rounds.ts";
import { type Meter, perCall } from "./usage.ts";

/** What a call cost, on the servers too. Times in us. */
export interface RedisCost extends Cost {
  readonly serverCpu: number;
  /** What the server ran for one call, also inside of a script. */
  readonly commands: readonly string[];
}

export function measureWith(meter: Meter): Measure<RedisCost> {
  return async (run, calls, inFlight) => {
    const before = await meter.read();
    const cost = await measure(run, calls, inFlight);
    return { ...cost, ...perCall(before, await meter.read(), calls) };
  };
}
