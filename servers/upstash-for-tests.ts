import type { TestProject } from "vitest/node";
import { startRedis, type RedisServer } from "./redis.ts";
import { startUpstashBridge, type UpstashAddress } from "./upstash-bridge.ts";

declare module "vitest" {
  interface ProvidedContext {
    /** A redis-server of this test run, behind an Upstash bridge: `inject("upstash")`. */
    upstash: UpstashAddress;
  }
}

/**
 * A globalSetup of vitest, for tests on runtimes that start no servers. Redis starts with the first
 * request, so that it costs the other tests nothing.
 */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  let redis: Promise<RedisServer> | undefined;
  const bridge = await startUpstashBridge(async () => (await (redis ??= startRedis())).port, {
    token: "token of the tests",
  });
  project.provide("upstash", { url: bridge.url, token: bridge.token });
  return async () => {
    await bridge.stop();
    // That it did not start, the tests have seen.
    const started = await redis?.catch(() => undefined);
    await started?.stop();
  };
}
