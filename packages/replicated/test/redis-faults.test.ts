import { systemClock } from "@sojourn/core";
import { type ReplicableStore, type ReplicatedStore, replicatedStore } from "@sojourn/replicated";
import { until } from "@sojourn/servers";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Clients, createClients } from "./simulator/clients.ts";
import { dump } from "./simulator/dump.ts";
import { createRandom } from "./simulator/random.ts";
import { Truth } from "./simulator/truth.ts";
import { type Line, startThree, type ThreeRedis } from "./three-redis.ts";

/** The same as the simulator's, with three real servers that are killed and cut off by turns. */
const ROUNDS = process.env.SOJOURN_FULL === "1" ? 60 : 9;

/** ms that a fault lasts. */
const FAULT = 400;

let three: ThreeRedis;

beforeAll(async () => {
  three = await startThree();
}, 60_000);

afterAll(() => three.stop());

interface Process {
  readonly store: ReplicatedStore;
  readonly stores: readonly ReplicableStore[];
  readonly clients: Clients;
}

test(
  "invariant 2: three Redis servers, killed and cut off by turns, bring no ended session back and agree afterwards",
  async () => {
    const random = createRandom(1);
    const truth = new Truth();
    const history: string[] = [];
    const started = Date.now();
    const note = (line: string) => void history.push(`${Date.now() - started} ${line}`);
    let lines: readonly Line[] = three.lines;
    let counter = 0;
    let isOver = false;

    function start(): Process {
      const name = `process ${++counter}`;
      const stores = lines.map((line) => line.connect());
      const [primary, ...replicas] = stores as [ReplicableStore, ...ReplicableStore[]];
      const store = replicatedStore({
        primary,
        replicas,
        maxQueued: 40,
        step: 20,
        backOff: { first: 20, longest: 200 },
        catchUpEvery: 500,
        onEvent: (event) => note(`${name} ${JSON.stringify(event)}`),
      });
      const partitions = ["user-one--------", "user-two--------"];
      const clients = createClients({
        name,
        store,
        clock: systemClock,
        random,
        truth,
        partitions,
        note,
      });
      const process = { store, stores, clients };
      for (let client = 0; client < 3; client++) void live(process);
      return process;
    }

    async function live({ clients, store }: Process): Promise<void> {
      while (!isOver && processes.every((other) => other.store !== store || !closed.has(store))) {
        await clients.act();
        await systemClock.sleep(random.below(20));
      }
    }

    const closed = new Set<ReplicatedStore>();
    let processes: Process[] = [];
    processes = [start(), start()];

    async function killed(line: Line): Promise<void> {
      await line.server.kill();
      await systemClock.sleep(FAULT);
      await line.server.restart();
    }

    async function cut(line: Line): Promise<void> {
      await line.proxy.cut();
      await systemClock.sleep(FAULT);
      await line.proxy.heal();
    }

    async function silent(line: Line): Promise<void> {
      line.proxy.stall();
      await systemClock.sleep(FAULT);
      await line.proxy.heal();
    }

    /** The operator ends one process, promotes in the other, and starts the first anew. */
    async function promote(): Promise<void> {
      const [chosen, other] = processes as [Process, Process];
      closed.add(other.store);
      other.clients.abandon();
      await other.store.close();
      const at = 1 + random.below(2);
      const promoted = await chosen.store.promote(chosen.stores[at] as ReplicableStore).then(
        () => true,
        (error: unknown) => void note(`not promoted: ${String(error)}`),
      );
      if (promoted === true) {
        // The process that goes on counts as it was configured: it goes as well.
        closed.add(chosen.store);
        chosen.clients.abandon();
        await chosen.store.close();
        const to = lines[at] as Line;
        lines = [to, ...lines.filter((line) => line !== to)];
        processes = [start(), start()];
      } else {
        processes = [chosen, start()];
      }
    }

    for (let round = 0; round < ROUNDS; round++) {
      const line = lines[random.below(3)] as Line;
      const fault = [killed, cut, silent][round % 3] as typeof cut;
      note(`${fault.name} ${three.lines.indexOf(line as (typeof three.lines)[0])}`);
      const promotion = round % 3 === 2 ? promote() : undefined;
      await fault(line);
      await promotion;
      await systemClock.sleep(200);
    }
    const hasPromoted = () => history.some((line) => line.includes('"type":"promoted"'));
    // A machine that is busy with other things may have been too slow for it so far.
    await until(
      "a replica is promoted",
      async () => hasPromoted() || (await promote(), hasPromoted()),
    );
    isOver = true;

    const stores = lines.map((line) => line.connect(5_000));
    const agree = async () => {
      const dumps = await Promise.all(stores.map((store) => dump(store, Date.now())));
      return dumps.every((one) => one.join("\n") === dumps[0]?.join("\n"));
    };
    await until("all three hold the same", agree, { within: 60_000, every: 200 });
    for (const known of truth.all) {
      for (const [at, store] of stores.entries()) {
        const record = await store.read(known, Date.now());
        if (record !== null) truth.shown(record, Date.now(), `server ${at}, in the end`);
      }
    }
    for (const { store } of processes) await store.close();

    if (truth.violations.length > 0) {
      expect.fail(`${truth.violations.join("\n")}\n\n${history.join("\n")}`);
    }
    const ended = truth.all.filter(({ endedAt }) => endedAt !== null);
    expect(ended.length).toBeGreaterThan(5);
    for (const kind of ["store_away", "store_back", "caught_up", "promoted"]) {
      expect(history.join("\n")).toContain(`"type":"${kind}"`);
    }
  },
  10 * 60_000,
);
