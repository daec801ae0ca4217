import type { Proxy } from "../proxy.ts";
import type { Load } from "./load.ts";

export interface NetworkFaultOptions {
  /** ms after which the stores under load give a call up. */
  readonly timeLimit: number;
  /** How many calls are under way at once. */
  readonly clients: number;
  /** Bytes within which a connection breaks. */
  readonly within: number;
}

export type NetworkFault = readonly [
  what: string,
  inject: (world: { readonly proxy: Proxy; readonly load: Load }) => Promise<void>,
];

/** What a network does to stores under load, and then it is whole again. */
export function networkFaults({
  timeLimit,
  clients,
  within,
}: NetworkFaultOptions): readonly NetworkFault[] {
  return [
    [
      "a network that is cut",
      async ({ proxy, load }) => {
        await proxy.cut();
        await load.rejected(clients);
        await proxy.heal();
      },
    ],
    [
      "connections that break amid commands and amid answers",
      async ({ proxy, load }) => {
        for (const direction of ["up", "down", "up", "down"] as const) {
          proxy.cutAfter(1 + Math.floor(Math.random() * within), direction);
          await load.acknowledged(50);
        }
      },
    ],
    [
      "answers that are lost after the commands got through",
      async ({ proxy, load }) => {
        proxy.drop();
        await load.rejected(clients);
        // No network loses bytes amid a connection that goes on.
        await proxy.cut();
        await proxy.heal();
      },
    ],
    [
      "answers that come after the time limit",
      async ({ proxy, load }) => {
        proxy.delay(timeLimit + 100);
        await load.rejected(clients);
        await proxy.heal();
      },
    ],
    [
      "commands that get through when nobody waits for them any more",
      async ({ proxy, load }) => {
        proxy.stall();
        await load.rejected(clients);
        await proxy.heal();
      },
    ],
  ];
}
