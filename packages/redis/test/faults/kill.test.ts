import { startRedis } from "@sojourn/servers";
import { expectNothingLost, SLOW, startLoad } from "@sojourn/servers/load";
import { expect, test } from "vitest";
import { standalone } from "../clients/clients.ts";
import { clientsOf, openStore, PATIENT } from "./stores.ts";

/** What was acknowledged is on the disk. */
const PERSISTENT = ["--appendonly", "yes", "--appendfsync", "always"];

test.concurrent.for(clientsOf(standalone))(
  "a server that is killed in mid-load, three times, keeps what it acknowledged: %s",
  SLOW,
  async ([name, connect], { onTestFinished }) => {
    const server = await startRedis({ args: PERSISTENT });
    onTestFinished(() => server.stop());
    const stores = await Promise.all(
      [1, 2].map(() => openStore(connect, server.port, { timeLimit: 500 }, onTestFinished)),
    );
    const load = startLoad(stores);
    for (const share of [0.25, 0.5, 0.75]) {
      await load.reached(share);
      await server.kill();
      await server.restart();
    }
    const last = await openStore(connect, server.port, PATIENT, onTestFinished);
    const failures = expectNothingLost(`killed, ${name}`, await load.finish(last));
    expect(failures).not.toEqual([]);
  },
);
