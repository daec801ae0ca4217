import { percentile } from "../statistics.ts";
import { drive } from "./drive.ts";
import type { Operation } from "./operations.ts";
import { type Meter, perCall } from "./usage.ts";

/** What a call of an operation cost in one round. Times in us. */
export interface Cost {
  readonly perSecond: number;
  readonly p50: number;
  readonly p99: number;
  readonly clientCpu: number;
  readonly serverCpu: number;
  /** What the server ran for one call, also inside of a script. */
  readonly commands: readonly string[];
}

/** Makes so many calls, keeps so many of them in flight, and says what one cost. */
export async function measure(
  operation: Operation,
  calls: number,
  inFlight: number,
  meter: Meter,
): Promise<Cost> {
  operation.prepare?.(calls);
  const before = await meter.read();
  const cpuBefore = process.cpuUsage();
  const start = performance.now();
  const latencies = await drive(operation.run, calls, inFlight);
  const elapsed = performance.now() - start;
  const { user, system } = process.cpuUsage(cpuBefore);
  const onServers = perCall(before, await meter.read(), calls);
  await operation.finish?.();
  latencies.sort();
  return {
    perSecond: (calls / elapsed) * 1e3,
    p50: percentile(latencies, 0.5) * 1e3,
    p99: percentile(latencies, 0.99) * 1e3,
    clientCpu: (user + system) / calls,
    ...onServers,
  };
}
