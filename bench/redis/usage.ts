import { Redis } from "ioredis";

/** What servers have spent since they started, all together. */
export interface Usage {
  /** us of CPU, networking included. */
  readonly cpu: number;
  /** By name, also those that scripts ran. */
  readonly commands: ReadonlyMap<string, number>;
}

/** Asks servers what they have spent, on connections of its own. */
export interface Meter {
  read(): Promise<Usage>;
  /** Of Redis. */
  version(): Promise<string>;
  close(): void;
}

export function createMeter(ports: readonly number[]): Meter {
  const connections = ports.map((port) => new Redis(port, "127.0.0.1"));
  return {
    async read() {
      const commands = new Map<string, number>();
      let cpu = 0;
      for (const connection of connections) {
        const info = await connection.info("cpu", "commandstats");
        for (const [, seconds] of info.matchAll(/^used_cpu_(?:user|sys):([\d.]+)/gm)) {
          cpu += Number(seconds) * 1e6;
        }
        for (const [, name = "", calls] of info.matchAll(/^cmdstat_(\w+):calls=(\d+)/gm)) {
          commands.set(name, (commands.get(name) ?? 0) + Number(calls));
        }
      }
      return { cpu, commands };
    },
    async version() {
      const info = (await connections[0]?.info("server")) ?? "";
      return /^redis_version:(\S+)/m.exec(info)?.[1] ?? "of no known version";
    },
    close() {
      for (const connection of connections) connection.disconnect();
    },
  };
}

/** What each of so many calls has cost, from one look to another. */
export function perCall(
  before: Usage,
  after: Usage,
  calls: number,
): { serverCpu: number; commands: string[] } {
  const commands = [...after.commands].flatMap(([name, total]) => {
    // What comes less often than every other call is somebody's upkeep.
    const each = Math.round((total - (before.commands.get(name) ?? 0)) / calls);
    return each === 0 ? [] : [each === 1 ? name : `${each} ${name}`];
  });
  return { serverCpu: (after.cpu - before.cpu) / calls, commands: commands.toSorted() };
}
