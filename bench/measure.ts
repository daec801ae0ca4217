import { drive } from "./drive.ts";
import { percentile } from "./statistics.ts";

/** What a call of an operation cost in one round. Times in us. */
export interface Cost {
  readonly perSecond: number;
  readonly p50: number;
  readonly p99: number;
  readonly clientCpu: number;
}

/** Makes so many calls, keeps so many of them in flight, and says what one cost. */
export async function measure(
  run: (call: number) => Promise<void>,
  calls: number,
  inFlight: number,
): Promise<Cost> {
  const cpuBefore = process.cpuUsage();
  const start = performance.now();
  const latencies = await drive(run, calls, inFlight);
  const elapsed = performance.now() - start;
  const { user, system } = process.cpuUsage(cpuBefore);
  latencies.sort();
  return {
    perSecond: (calls / elapsed) * 1e3,
    p50: percentile(latencies, 0.5) * 1e3,
    p99: percentile(latencies, 0.99) * 1e3,
    clientCpu: (user + system) / calls,
  };
}
