import { costTable, clientCpu, perSecond } from "../costs.ts";
import { machine } from "../machine.ts";
import type { Part } from "../part.ts";
import type { Rounds } from "../rounds.ts";
import { runWorker } from "../run-worker.ts";

const worker = new URL("worker.ts", import.meta.url);

export const micro: Part = {
  name: "micro",
  about: "what the core takes by itself: no HTTP, no framework, the store in memory",
  async run({ quick }) {
    const rounds = await runWorker<Rounds[]>(worker, quick ? ["--quick"] : []);
    return [
      `Measured by \`npm run bench -- micro\` on ${machine()}: \`sessions.begin\`, what a handler does, \`finish\` and \`apply\`, one after the other, over 1,000 sessions in memory. Each figure is the median of ${rounds[0]?.costs.length} rounds, with the least and the most of them. All of it includes one \`new Headers()\`.`,
      costTable(rounds, [perSecond, { ...clientCpu, title: "CPU of the process, us" }]),
    ].join("\n\n");
  },
};
