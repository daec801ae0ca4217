import { simulate } from "./simulate.ts";
const [from = 1, count = 20] = process.argv.slice(2).map(Number);
const started = performance.now();
const totals: Record<string, number> = {};
for (let seed = from; seed < from + count; seed++) {
  const report = await simulate(seed, process.argv[4] ? { defect: process.argv[4] as never } : {});
  for (const [k, v] of Object.entries(report.figures)) totals[k] = (totals[k] ?? 0) + v;
  if (report.violations.length) {
    console.log(
      seed,
      report.violations.slice(0, 3).map((v) => v.slice(0, 400)),
    );
    if (count === 1) console.log(report.history.join("\n"));
  }
}
console.log(totals, ((performance.now() - started) / count).toFixed(1), "ms each");
