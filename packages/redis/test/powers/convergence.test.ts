import type { ReplicaState, SessionRef } from "@sojourn/core";
import { redisStore } from "@sojourn/redis";
import { type Proxy, type RedisServer, startProxy, startRedis, until } from "@sojourn/servers";
import { afterAll, beforeAll, expect, test } from "vitest";
import { standalone, type Connect } from "../clients/clients.ts";
import { handle, HOUR, newPartition, newRecord } from "../layout/redis.ts";

const NOW = 1_800_000_000_000;
const SEEDS = process.env.SOJOURN_FULL === "1" ? 25 : 2;

let servers: readonly RedisServer[];

beforeAll(async () => {
  servers = await Promise.all([startRedis(), startRedis()]);
});
afterAll(() => Promise.all(servers.map((server) => server.stop())));

/** Numbers from 0 up to below `n`, the same for the same seed: a linear congruence. */
function randomOf(seed: number): (n: number) => number {
  let state = seed;
  return (n) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * n);
  };
}

/** A store that can be copied, behind a line that can be cut. */
async function open(server: RedisServer, name: string, prefix: string) {
  const proxy = await startProxy(server.port);
  const { client, close } = await (standalone[name] as Connect<number>)(proxy.port);
  const options = { prefix, timeLimit: 300, replicable: true } as const;
  const store = redisStore(client, options);
  return {
    store,
    proxy,
    async close() {
      await close();
      await proxy.stop();
    },
  };
}

const tried = <T>(call: Promise<T>): Promise<T | null> => call.catch(() => null);

for (let seed = 1; seed <= SEEDS; seed++) {
  test(`one server follows another through random loads and interruptions: seed ${seed}`, async () => {
    const random = randomOf(seed);
    const prefix = `converge ${seed}:`;
    const name = seed % 2 === 0 ? "node-redis 6" : "ioredis 6";
    const [primary, copy] = await Promise.all(servers.map((server) => open(server, name, prefix)));
    if (primary === undefined || copy === undefined) throw new Error("Two servers.");
    const partitions = Array.from({ length: 6 }, newPartition);
    const refs: SessionRef[] = [];
    /** Whose end was acknowledged. */
    const ended = new Set<string>();
    let now = NOW;

    async function write(): Promise<void> {
      const { store } = primary as NonNullable<typeof primary>;
      const partition = partitions[random(partitions.length)] as string;
      const ref = refs[random(refs.length)];
      now += random(3);
      const kind = random(10);
      if (kind < 4 || ref === undefined) {
        const record = newRecord(now, { partition, handle: handle(refs.length) });
        refs.push({ partition, handle: record.handle });
        const limit = { max: 8, onLimit: "evict-least-recent" } as const;
        const created = await tried(store.create(record, now, random(2) === 0 ? { limit } : {}));
        if (created?.status !== "created") return;
        for (const evicted of created.evicted) ended.add(partition + evicted);
      } else if (kind < 8) {
        const touch = { lastSeenAt: now, idleExpiresAt: now + HOUR };
        const set = { [`k${random(3)}`]: "x".repeat(random(3) === 0 ? 1_500 : 3) };
        await tried(store.update(ref, random(2) === 0 ? { touch } : { set }, now));
      } else if (kind < 9) {
        if ((await tried(store.delete(ref))) !== null) ended.add(ref.partition + ref.handle);
      } else if (random(4) === 0) {
        for (const gone of (await tried(store.deleteAll(partition, now))) ?? []) {
          ended.add(partition + gone);
        }
      }
    }

    let cursor: string | null = null;
    const seen: ReplicaState[] = [];
    async function follow(): Promise<boolean> {
      const { replica } = (primary as NonNullable<typeof primary>).store.powers;
      const step = await tried(replica.changesSince(cursor, 1 + random(40), now));
      if (step === null) return false;
      if (step.status === "too-old") throw new Error("The log was lost.");
      seen.push(...step.changes);
      // What was sent before comes again, and late.
      const late = Array.from({ length: random(4) }, () => seen[random(seen.length)]);
      const states = [...late, ...step.changes].filter((state) => state !== undefined);
      states.sort(() => random(3) - 1);
      const { replica: target } = (copy as NonNullable<typeof copy>).store.powers;
      if ((await tried(target.apply(states, now))) === null) return false;
      cursor = step.next;
      return !step.more;
    }

    async function interrupt({ proxy }: { readonly proxy: Proxy }): Promise<void> {
      await proxy.cut();
      await proxy.heal();
    }

    // More where a busy machine was long in connecting again.
    for (let round = 0; round < 80 || ended.size <= 20; round++) {
      const writes = Array.from({ length: 1 + random(8) }, write);
      await Promise.all([...writes, follow()]);
      if (random(6) === 0) await interrupt(random(2) === 0 ? primary : copy);
    }
    await until("the copy has caught up", follow);
    // All that was ever sent, in any order: nothing comes back.
    seen.sort(() => random(3) - 1);
    await until("it was all applied", async () => {
      return (await tried(copy.store.powers.replica.apply(seen, now))) !== null;
    });

    expect(ended.size).toBeGreaterThan(20);
    for (const partition of partitions) {
      const handles = refs.filter((ref) => ref.partition === partition).map((ref) => ref.handle);
      const [here, there] = await Promise.all(
        [primary, copy].map(({ store }) => store.powers.replica.states(partition, handles, now)),
      );
      expect(there).toEqual(here);
      for (const state of there ?? []) {
        if (state.kind === "record") expect(ended).not.toContain(partition + state.record.handle);
      }
      const listed = await copy.store.list(partition, now, { withData: true });
      expect(listed).toEqual(await primary.store.list(partition, now, { withData: true }));
    }
    await Promise.all([primary.close(), copy.close()]);
  });
}
