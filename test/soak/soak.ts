import { startRedis } from "@sojourn/servers";
import { randomBytes } from "node:crypto";
import { ATTACKS, type Attack, isOfAttack } from "./attacks.ts";
import { closeConnections, type Site } from "./browser.ts";
import { honestUser } from "./honest.ts";
import { pause, seeded } from "./pause.ts";
import { type Process, startProcess } from "./processes.ts";
import type { Alert, Look } from "./protocol.ts";

export interface SoakOptions {
  /** How long the traffic lasts: longer, if by then not every attack has been made once. */
  readonly seconds: number;
  readonly processes: number;
  readonly users: number;
  readonly seed: number;
}

export interface SoakReport {
  readonly options: SoakOptions;
  readonly answers: ReadonlyMap<number, number>;
  readonly alerts: readonly Alert[];
  readonly attacks: readonly Attack[];
  /** What was found that must not be. */
  readonly faults: readonly string[];
  /** Of each process, bytes of heap in use after a collection. */
  readonly heaps: readonly Heap[];
  /** Seconds of CPU of the servers, this process and Redis. */
  readonly cpu: number;
  readonly events: Readonly<Record<string, number>>;
}

interface Heap {
  readonly first: number;
  readonly last: number;
  readonly entries: number;
}

// What grows with each request would be far more: a hundred bytes of each are a megabyte in minutes. A
// heap that is a few megabytes larger has compiled more code, or is filling caches that are bounded.
const MOST_GROWTH = 12 * 2 ** 20;

// A machine with other things to do answers late now and then, and a store that is late is away. More of
// it, and there would be nothing left to find fault with.
const MOST_AWAY = 0.05;

/**
 * Servers in processes of their own on one Redis, honest traffic and attacks spread over all of them.
 * Gives what was found; `faults` is empty where all is well.
 */
export async function soak(options: SoakOptions): Promise<SoakReport> {
  const { seconds, processes, users, seed } = options;
  const started = process.cpuUsage();
  const faults: string[] = [];
  const alerts: Alert[] = [];
  const fault = (text: string) => void faults.push(text);
  const redis = await startRedis();
  const secret = randomBytes(32).toString("base64");
  const servers: Process[] = [];
  try {
    const start = () => startProcess(redis.port, secret, (alert) => alerts.push(alert));
    servers.push(...(await Promise.all(Array.from({ length: processes }, start))));
    const ports = servers.map(({ port }) => port);
    const site: Site = { ports, random: seeded(seed), answers: new Map() };
    const expected = new Map<string, number>();
    const expectNew = (userId: string) =>
      void expected.set(userId, (expected.get(userId) ?? 0) + 1);
    const attacks: Attack[] = [];
    const planned = Date.now() + seconds * 1_000;
    let once = false;
    const time = {
      get until() {
        return once ? planned : Infinity;
      },
    };

    async function attack(): Promise<void> {
      for (let at = 0; Date.now() < time.until; at++) {
        const round = ATTACKS.map((begin) => begin(at, { site, time, fault }));
        for (const made of await Promise.all(round)) attacks.push(...(made ?? []));
        once = true;
        await pause(20_000, time);
      }
    }

    const heaps = measureHeaps(servers, planned);
    const honest = Array.from({ length: users }, (_, at) =>
      honestUser(at, site, time, { fault, expectNew }),
    );
    await Promise.all([attack(), ...honest]);

    // Twice: what one is told last, another one may still have to tell.
    await Promise.all(servers.map((server) => server.finish()));
    const looks = await Promise.all(servers.map((server) => server.finish()));
    judge({ attacks, alerts, expected, fault });
    const asked = [...site.answers.values()].reduce((total, count) => total + count, 0);
    const away = site.answers.get(503) ?? 0;
    if (away > asked * MOST_AWAY) fault(`${away} of ${asked} requests were answered 503`);
    const measured = await heaps(looks);
    for (const [at, { first, last }] of measured.entries()) {
      if (last - first > MOST_GROWTH) fault(`process ${at} grew from ${first} to ${last} bytes`);
    }
    const { user, system } = process.cpuUsage(started);
    const own = (user + system) / 1e6;
    const cpu = looks.reduce((sum, look) => sum + look.cpu, own + (await redisCpu(redis)));
    const { answers } = site;
    return { options, answers, alerts, attacks, faults, heaps: measured, cpu, events: sum(looks) };
  } finally {
    await Promise.all(servers.map((server) => server.stop()));
    closeConnections();
    await redis.stop();
  }
}

/** Looks at the end of the first third, at the end of the second one, and at the end of it all. */
function measureHeaps(servers: readonly Process[], until: number) {
  const begun = Date.now();
  const third = (until - begun) / 3;
  const lookAt = async (at: number) => {
    await pause(begun + at - Date.now(), { until });
    return Promise.all(servers.map((server) => server.look()));
  };
  const first = lookAt(third);
  const second = lookAt(2 * third);
  return async (looks: readonly Look[]): Promise<Heap[]> => {
    const [before, middle] = await Promise.all([first, second]);
    return looks.map(({ heap, entries }, at) => ({
      first: before[at]?.heap ?? 0,
      // Of the last third the least: in what is under way at one of its ends there may be much.
      last: Math.min(middle[at]?.heap ?? heap, heap),
      entries,
    }));
  };
}

/** Every attack alerted, and once; nothing else, but what users are told of their own new devices. */
function judge({ attacks, alerts, expected, fault }: Judged): void {
  for (const { name, alerted } of attacks) {
    const count = alerts.filter(alerted).length;
    if (count !== 1) fault(`${name}: ${count} alerts`);
  }
  const kinds = new Set(attacks.map(({ name }) => name));
  if (kinds.size < ATTACK_KINDS)
    fault(`of the attacks only these were made: ${[...kinds].join(", ")}`);
  const told = new Map<string, number>();
  for (const alert of alerts) {
    if (isOfAttack(alert)) continue;
    const { reason, userId, evidence } = alert;
    if (reason === "new-device") told.set(`${userId}`, (told.get(`${userId}`) ?? 0) + 1);
    else fault(`false alert: ${reason} of ${userId}, ${JSON.stringify(evidence)}`);
  }
  for (const userId of new Set([...told.keys(), ...expected.keys()])) {
    const [was, should] = [told.get(userId) ?? 0, expected.get(userId) ?? 0];
    if (was !== should) fault(`${userId} was told of ${was} new devices, not ${should}`);
  }
}

interface Judged {
  readonly attacks: readonly Attack[];
  readonly alerts: readonly Alert[];
  readonly expected: ReadonlyMap<string, number>;
  readonly fault: (text: string) => void;
}

/** Churn is two. */
const ATTACK_KINDS = ATTACKS.length + 1;

async function redisCpu(redis: { cli(...args: string[]): Promise<string> }): Promise<number> {
  const info = await redis.cli("info", "cpu");
  const used = [...info.matchAll(/^used_cpu_(?:sys|user):([\d.]+)/gm)];
  return used.reduce((total, [, seconds]) => total + Number(seconds), 0);
}

function sum(looks: readonly Look[]): Record<string, number> {
  const total: Record<string, number> = {};
  for (const { events } of looks) {
    for (const [type, count] of Object.entries(events)) total[type] = (total[type] ?? 0) + count;
  }
  return total;
}
