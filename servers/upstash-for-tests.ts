import type { TestProject } from "vitest/node";
import { startRedis, type RedisServer } from "./redis.ts";
import { startUpstashBridge, type UpstashAddress } from "./upstash-bridge.ts";
import { startUpstashControl } from "./upstash-control.ts";

declare module "vitest" {
  interface ProvidedContext {
    /** A redis-server of this test run, behind an Upstash bridge: `inject("upstash")`. */
    upstash: UpstashAddress;
    /** Where to start bridges of one's own in front of that server: see upstash-control.ts. */
    upstashControl: string;
  }
}

/**
 * A globalSetup of vitest, for tests on runtimes that start no servers. Redis starts with the first
 * request, so that it costs the other tests nothing.
 */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  let redis: Promise<RedisServer> | undefined;
  const redisPort = async () => (await (redis ??= startRedis())).port;
  const bridge = await startUpstashBridge(redisPort, { token: "token of the tests" });
  const control = await startUpstashControl(redisPort);
  project.provide("upstash", { url: bridge.url, token: bridge.token });
  project.provide("upstashControl", control.url);
  return async () => {
    await Promise.all([bridge.stop(), control.stop()]);
    // That it did not start, the tests have seen.
    const started = await redis?.catch(() => undefined);
    await started?.stop();
  };
}
