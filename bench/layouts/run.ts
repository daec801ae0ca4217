// What decision 0006 was made by: node bench/layouts/run.ts [--quick]. Takes about ten minutes.
import { parseArgs } from "node:util";
import { machine } from "../machine.ts";
import { figure, ratioFigure, table } from "../table.ts";
import { borders } from "./borders.ts";
import { guarantees, logins, memory, operations } from "./layouts.ts";
import { reads } from "./reads.ts";
import { startServer } from "./server.ts";
import { variants } from "./variants.ts";
import { writes } from "./writes.ts";

const { values } = parseArgs({ options: { quick: { type: "boolean", default: false } } });
const { quick } = values;
const sessions = quick ? 500 : 50_000;
const options = quick ? { rounds: 1, calls: 50 } : { rounds: 9, calls: 4_000 };
const few = { ...options, calls: Math.ceil(options.calls / 20) };

const server = await startServer();
console.log(`redis-server ${server.version}, default configuration; ${machine()}`);

function show(title: string, text: string): void {
  console.log(`\n## ${title}\n\n${text}`);
}

try {
  show("What each can give", guarantees());
  show(`Memory: ${sessions} sessions, 200 bytes of data`, await memory(server, sessions));
  show("Operations, 64 in flight, 5 sessions a user", await operations(server, options));
  for (const bytes of [200, 65_536]) {
    const found = await logins(server, bytes, few);
    const base = found.findIndex(({ name }) => name.includes("(ours)"));
    const rows = found.map(({ name, us }) => [
      name,
      figure(us),
      ratioFigure(us / (found[base]?.us ?? 1)),
    ]);
    show(
      `A login where there are 100, of ${bytes} bytes each`,
      table(["layout", "us of CPU", "by ours"], rows),
    );
  }
  show("The read", await reads(server, options));
  show("Scripts and functions", await writes(server, options));
  const sizes = [400, 700, 1_000, 2_000, 4_000, 16_384, 65_536];
  show("Data apart, by data in the record", await borders(server, sizes, few));
  show("A record in other texts", await variants(server, sessions, options));
} finally {
  await server.stop();
}
