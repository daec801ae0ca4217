import { startRedis } from "@sojourn/servers";
import { Redis } from "ioredis";

/** A server of default configuration, and what it says of itself. */
export interface Server {
  readonly client: Redis;
  readonly version: string;
  /** Runs a script by its hash; it is loaded at once. */
  script(text: string): Promise<Run>;
  /** Bytes in use, without what the allocator might give back. */
  memory(): Promise<number>;
  /** How often the server ran each command meanwhile, also inside scripts, and for how long. */
  commands(run: () => Promise<unknown>): Promise<Map<string, CommandStats>>;
  /** us of the main thread's time, user and system, since it started. */
  cpu(): Promise<number>;
  empty(): Promise<void>;
  stop(): Promise<void>;
}

type Run = (key: string | readonly string[], args: readonly string[]) => Promise<unknown>;

interface CommandStats {
  readonly calls: number;
  readonly us: number;
}

export async function startServer(): Promise<Server> {
  const server = await startRedis();
  const client = new Redis(server.url);
  const info = async (section: string) =>
    new Map(
      [...(await client.info(section)).matchAll(/^(\w[^:\r\n]*):([^\r\n]*)/gm)].map(
        ([, name = "", value = ""]) => [name, value] as const,
      ),
    );
  const number = async (section: string, name: string) => Number((await info(section)).get(name));

  return {
    client,
    version: (await info("server")).get("redis_version") ?? "",
    async script(text) {
      const hash = (await client.script("LOAD", text)) as string;
      return (key, args) => {
        const keys = typeof key === "string" ? [key] : key;
        return client.call("EVALSHA", hash, keys.length, ...keys, ...args);
      };
    },
    async memory() {
      await client.call("MEMORY", "PURGE");
      return number("memory", "used_memory");
    },
    async commands(run) {
      await client.config("RESETSTAT");
      await run();
      const stats = await info("commandstats");
      return new Map(
        [...stats].map(([name, text]) => {
          const [, calls, us] = /^calls=(\d+),usec=(\d+)/.exec(text) ?? [];
          return [name.slice("cmdstat_".length), { calls: Number(calls), us: Number(us) }];
        }),
      );
    },
    async cpu() {
      const cpu = await info("cpu");
      const seconds = ["used_cpu_user_main_thread", "used_cpu_sys_main_thread"].map((name) =>
        Number(cpu.get(name)),
      );
      return 1e6 * seconds.reduce((sum, one) => sum + one, 0);
    },
    async empty() {
      await client.flushall("SYNC");
    },
    async stop() {
      client.disconnect();
      await server.stop();
    },
  };
}

/** Runs all of them, that many at a time. */
export async function inFlight(
  count: number,
  width: number,
  run: (i: number) => Promise<unknown>,
): Promise<void> {
  let next = 0;
  const lane = async () => {
    while (next < count) await run(next++);
  };
  await Promise.all(Array.from({ length: width }, lane));
}
