import { machine } from "../machine.ts";
import type { Part } from "../part.ts";
import { runWorker } from "../run-worker.ts";
import { spread } from "../statistics.ts";
import { figure, spreadFigure, table } from "../table.ts";
import { targetsTable } from "../targets.ts";

const worker = new URL("worker.ts", import.meta.url);

/** What one dashboard cost. Bytes after a collection. */
export interface Measured {
  /** us an event, one a round. */
  readonly cpu: readonly number[];
  readonly atFirst: { readonly bytes: number; readonly entries: number };
  /** How much more it is after all events. */
  readonly held: { readonly bytes: number; readonly entries: number };
  readonly page: { readonly ms: number; readonly length: number };
}

export interface Found {
  /** Of ten thousand events each. */
  readonly seconds: number;
  readonly alone: Measured;
  readonly shared: Measured;
}

export const dashboard: Part = {
  name: "dashboard",
  about: "what an event costs that the dashboard counts, and what it holds under 10,000 a second",
  async run({ quick }) {
    const found = await runWorker<Found>(worker, quick ? ["--quick"] : [], ["--expose-gc"]);
    const { seconds, alone, shared } = found;
    const kb = (bytes: number) => bytes / 1_024;
    const rows = [
      ["one process", alone] as const,
      ["told to others, `shared`", shared] as const,
    ].map(([name, { cpu, atFirst, held, page }]) => [
      name,
      spreadFigure(spread(cpu)),
      // Of a second of ten thousand events, which is a million us.
      `${figure(spread(cpu).median)} %`,
      `${figure(kb(atFirst.bytes))}`,
      `${figure(kb(held.bytes))}`,
      atFirst.entries.toLocaleString("en"),
      held.entries.toLocaleString("en"),
      `${figure(page.ms)} ms, ${figure(kb(page.length))} kB`,
    ]);
    return [
      `Measured by \`npm run bench -- dashboard\` on ${machine()}: ${seconds} seconds of 10,000 events each, as fast as they can be counted. No two events of a hundred thousand are of one session, user or client; one in five is refused, and one in a thousand is a copied token, which is told as an alert. CPU is the median of the rounds with the least and the most of them; bytes are those of the heap after a collection.`,
      targetsTable([
        {
          what: "An event",
          most: 5,
          unit: "us",
          measured: spread(alone.cpu).median,
        },
        {
          what: "An event, told to others",
          most: 5,
          unit: "us",
          measured: spread(shared.cpu).median,
        },
        {
          what: "What is held, all told",
          most: 2_048,
          unit: "kB",
          measured: kb(alone.atFirst.bytes + Math.max(0, alone.held.bytes)),
        },
        {
          what: "Entries more than at first",
          most: 158,
          unit: "",
          measured: Math.max(alone.held.entries, shared.held.entries),
        },
      ]),
      table(
        [
          "dashboard",
          "CPU an event, us",
          "of a core, at 10,000 a second",
          "held at first, kB",
          "more after all, kB",
          "entries at first",
          "more after all",
          "the page's live part",
        ],
        rows,
      ),
    ].join("\n\n");
  },
};
