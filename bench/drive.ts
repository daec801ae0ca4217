/** Makes so many calls, and keeps so many of them in flight. How many ms each took. */
export async function drive(
  run: (call: number) => Promise<void>,
  calls: number,
  inFlight: number,
): Promise<Float64Array> {
  const latencies = new Float64Array(calls);
  let next = 0;
  async function lane(): Promise<void> {
    while (next < calls) {
      const call = next++;
      const start = performance.now();
      await run(call);
      latencies[call] = performance.now() - start;
    }
  }
  await Promise.all(Array.from({ length: inFlight }, lane));
  return latencies;
}
