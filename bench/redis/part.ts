import { machine, versionOf } from "../machine.ts";
import type { Part } from "../part.ts";
import { progress } from "../progress.ts";
import { runWorker } from "../run-worker.ts";
import { CLIENTS } from "./clients.ts";
import { measureMemory } from "./memory.ts";
import { memoryTable, nameOf, redisCosts, redisRatios, targetTable } from "./report.ts";
import { FULL, QUICK, type Run, type Scale, TOPOLOGIES } from "./rounds.ts";

const worker = new URL("worker.ts", import.meta.url);

export const redis: Part = {
  name: "redis",
  about: "the store on Redis against a plain GET and SET through the same client",
  async run({ quick }) {
    const runs: Run[] = [];
    for (const topology of TOPOLOGIES) {
      for (const client of CLIENTS) {
        progress(`redis: ${client}, ${topology}`);
        // In a process of its own: an application has one client too, and the engine makes the best of that.
        runs.push(await runWorker(worker, [client, topology, ...(quick ? ["--quick"] : [])]));
      }
    }
    progress("redis: memory");
    const scale = quick ? QUICK : FULL;
    const memory = await measureMemory(scale.sessions);
    return [
      `Measured by \`npm run bench -- redis\` on ${machine()}, with Redis ${runs[0]?.redis}, ` +
        `${CLIENTS.map(versionOf).join(" and ")}. The servers run on the same machine.`,
      targetTable(runs, memory),
      "### Speed",
      explanation(scale),
      redisRatios(runs),
      "### Memory",
      `Of the server, a session with 200 bytes of data, ${scale.sessions.toLocaleString("en")} of them, Redis' default configuration. The whole record holds, beside user id and data, times, policy and the hashes of two secrets, as Sojourn's does.`,
      memoryTable(memory),
      ...runs.flatMap((run) => [`### ${nameOf(run)}`, redisCosts(run)]),
    ].join("\n\n");
  },
};

function explanation({ rounds, calls }: Scale): string {
  return `What the store does against what one would do by hand, through the same client: \`read\` and then \`JSON.parse\` of the data against \`GET\` and \`JSON.parse\` of \`{ userId, data }\`; \`update\` of one key, and \`create\` of a user's session with a limit of 100 sessions a user, against \`JSON.stringify\` and \`SET\` with a time to live. The data is one key of 200 bytes; calls are spread over 1,000 sessions, each of another user; every answer is checked.

Each figure is the median of ${rounds} rounds, and the least and the most of them; ratios are taken within a round. A round makes ${calls[1]} calls one after the other, and ${calls[64]} with 64 in flight, of each operation. CPU is us per call: the client's of the whole process, the server's of all nodes.`;
}
