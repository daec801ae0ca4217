import { memoryStore } from "@sojourn/memory";
import { broken, type Defect } from "./defects.ts";
import { dump } from "./dump.ts";
import type { Network, SimServer } from "./link.ts";
import { type SimProcess, simProcess } from "./process.ts";
import { createRandom } from "./random.ts";
import { virtualTime } from "./time.ts";
import { Truth } from "./truth.ts";

export interface Report {
  readonly seed: number;
  /** What was promised and not kept. */
  readonly violations: readonly string[];
  /** What happened, in order. */
  readonly history: readonly string[];
  readonly figures: Readonly<Record<string, number>>;
}

export interface SimulationOptions {
  readonly defect?: Defect;
  /** ms of faults; then all is healed and given time. Default 20,000. */
  readonly length?: number;
}

const START = 1_800_000_000_000;

/** One random schedule. All of it follows from the seed. */
export async function simulate(seed: number, options: SimulationOptions = {}): Promise<Report> {
  const { stackTraceLimit } = Error;
  // Failures are what it is made of, and half of its time would go into their stacks.
  Error.stackTraceLimit = 0;
  try {
    return await run(seed, options);
  } finally {
    Error.stackTraceLimit = stackTraceLimit;
  }
}

async function run(seed: number, { defect, length = 20_000 }: SimulationOptions): Promise<Report> {
  const random = createRandom(seed);
  const time = virtualTime(START);
  const truth = new Truth();
  const history: string[] = [];
  const note = (line: string) => void history.push(`${time.now() - START} ${line}`);
  const network: Network = {
    clock: time,
    random,
    latency: 1 + random.below(60),
    loss: random.below(4),
    repeats: random.below(20),
    late: random.below(4),
  };
  const replicas = random.pick([1, 2, 2, 2, 3, 3, 4]);
  let servers: readonly SimServer[] = Array.from({ length: replicas + 1 }, (_, at) => ({
    name: `server ${at}`,
    store: broken(memoryStore({ replicable: true }), defect),
    isDown: false,
  }));
  const maxQueued = 12 + random.below(20);
  const options = {
    maxQueued,
    step: 1 + random.below(10),
    backOff: { first: 50, longest: 1_000 },
    catchUpEvery: 3_000 + random.below(4_000),
    acknowledgeWithin: 400,
  };
  const processes: SimProcess[] = [];
  const figures = {
    wakings: 0,
    overflows: 0,
    promotions: 0,
    kills: 0,
    diverged: 0,
    revoked: 0,
    failovers: 0,
  };
  const partitions = ["user-one--------", "user-two--------"];
  let isOver = false;

  const living = () => processes.filter(({ isAlive }) => isAlive);

  function startProcess(): void {
    const name = `process ${processes.length}`;
    const started = simProcess({
      name,
      network,
      servers,
      options,
      defect,
      truth,
      partitions,
      note,
    });
    processes.push(started);
    note(`${name} starts, ${servers.map((server) => server.name).join(", ")}`);
    void live(started);
    void live(started);
  }

  /** A client of this process. */
  async function live(process: SimProcess): Promise<void> {
    while (process.isAlive && !isOver) {
      await time.sleep(random.below(400));
      if (!process.isAlive || isOver) return;
      await process.act();
      for (const { queued } of process.store.replicationLag()) {
        if (queued > maxQueued) truth.violations.push(`${queued} of ${maxQueued} were queued`);
      }
    }
  }

  function kill(process: SimProcess): void {
    process.kill();
    figures.kills++;
    note(`${process.name} is killed`);
  }

  async function crash(): Promise<void> {
    const server = random.percent(50) ? (servers[0] as SimServer) : random.pick(servers);
    note(`${server.name} is down`);
    server.isDown = true;
    await time.sleep(500 + random.below(5_000));
    server.isDown = false;
    note(`${server.name} is up`);
  }

  async function cut(): Promise<void> {
    const [process] = [random.pick(living())];
    if (process === undefined) return;
    const [name, line] = [...process.lines].map(([server, line]) => [server.name, line] as const)[
      random.below(servers.length)
    ] as readonly [string, { isCut: boolean }];
    note(`${process.name} and ${name} are cut off`);
    line.isCut = true;
    await time.sleep(500 + random.below(5_000));
    line.isCut = false;
  }

  /** The operator ends all processes but one, promotes there, and starts the others anew. */
  async function promote(): Promise<void> {
    const [chosen, ...others] = living();
    if (chosen === undefined || servers.length < 3) return;
    for (const other of others) kill(other);
    const to = servers[1 + random.below(servers.length - 1)] as SimServer;
    note(`the operator promotes ${to.name}`);
    const done = await Promise.race([
      chosen.promote(to).then(
        () => true,
        (error: unknown) => {
          note(`not promoted: ${String(error)}`);
          return false;
        },
      ),
      time.sleep(8_000).then(() => false),
    ]);
    // Whatever it had not finished, it does not finish later.
    if (!done && chosen.isAlive) kill(chosen);
    if (done) {
      servers = [to, ...servers.filter((server) => server !== to)];
      figures.promotions++;
    }
    for (const _ of others) startProcess();
    if (living().length === 0) startProcess();
  }

  async function faults(): Promise<void> {
    while (!isOver) {
      await time.sleep(200 + random.below(1_500));
      if (isOver) return;
      const drawn = random.below(100);
      if (drawn < 35) void crash();
      else if (drawn < 65) void cut();
      else if (drawn < 80) {
        const process = random.pick(living());
        if (process !== undefined) kill(process);
        if (living().length === 0 || random.percent(60)) startProcess();
      } else if (drawn < 90) await promote();
    }
  }

  for (let count = 0; count < 2; count++) startProcess();
  void faults();
  await time.run(length);

  isOver = true;
  // Promotions and clients finish what they have begun.
  await time.run(12_000);
  for (const server of servers) server.isDown = false;
  for (const { lines } of processes) for (const line of lines.values()) line.isCut = false;
  network.loss = network.late = 0;
  note("all is healed");
  if (living().length === 0) startProcess();
  // A process begins with its first call.
  for (const { store } of living())
    void store.list(partitions[0] as string, time.now()).catch(() => {});
  await time.run(20_000);

  await checkConverged();
  figures.wakings = time.wakings;
  figures.revoked = truth.all.filter(({ endedAt }) => endedAt !== null).length;
  for (const line of history) {
    if (line.includes('"queue_overflow"')) figures.overflows++;
    if (line.includes('"diverged"')) figures.diverged++;
    if (line.includes('"store_away","store":0')) figures.failovers++;
  }
  return { seed, violations: truth.violations, history, figures };

  async function checkConverged(): Promise<void> {
    const [primary, ...others] = servers as [SimServer, ...SimServer[]];
    const now = time.now();
    const held = await dump(primary.store, now);
    for (const { name, store } of others) {
      const there = await dump(store, now);
      const differ = [
        ...held.filter((line) => !there.includes(line)).map((line) => `only there: ${line}`),
        ...there.filter((line) => !held.includes(line)).map((line) => `only here: ${line}`),
      ];
      if (differ.length > 0) {
        truth.violations.push(`${name} differs from ${primary.name}: ${differ.join("; ")}`);
      }
    }
    for (const known of truth.all) {
      for (const { name, store } of servers) {
        const record = await store.read(known, now);
        if (record !== null) truth.shown(record, now, `${name}, in the end`);
        if (store !== primary.store || figures.promotions > 0) continue;
        if (record === null) {
          if (known.createdAt !== null && !known.isDoubtful) {
            truth.violations.push(`${known.handle} was created, and is lost`);
          }
        } else {
          const lost = [...known.keys].filter((key) => !Object.hasOwn(record.data, key));
          if (lost.length > 0) truth.violations.push(`${known.handle} has lost ${lost.join(", ")}`);
        }
      }
    }
  }
}
