import { setImmediate as turn } from "node:timers/promises";
import { startRedis } from "@sojourn/servers";
import { expect, test } from "vitest";
import { standalone } from "../clients/clients.ts";
import { clientsOf, openStore } from "./stores.ts";

const TIME_LIMIT = 300;

/** A pool would have to open connections first. */
const clients = clientsOf(standalone).filter(([name]) => !name.includes("pool"));

test.for(clients)(
  "a process that is busy for longer than the time limit finds its answers afterwards: %s",
  async ([, connect], { onTestFinished }) => {
    const server = await startRedis();
    onTestFinished(() => server.stop());
    const store = await openStore(connect, server.port, { timeLimit: TIME_LIMIT }, onTestFinished);
    const read = () => store.read({ partition: "partition", handle: "handle" }, 0);
    await read();
    const answers = Array.from({ length: 5 }, read);
    // They have been sent.
    await turn();
    for (const end = performance.now() + TIME_LIMIT + 100; performance.now() < end;);
    expect(await Promise.all(answers)).toEqual(answers.map(() => null));
    expect(await read()).toBeNull();
  },
);
