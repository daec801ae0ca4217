import { ConfigurationError } from "@sojourn/core";
import { Redis } from "@upstash/redis";
import { Redis as CloudflareRedis } from "@upstash/redis/cloudflare";
import { Redis as FastlyRedis } from "@upstash/redis/fastly";
import { beforeEach, describe, expect, inject, test, vi } from "vitest";
import { type UpstashClient, upstashStore, type UpstashStoreOptions } from "../src/index.ts";
import { NOW, session } from "./records.ts";

const address = inject("upstash");
const timeLimit = 20_000;

/** What an application without types might pass. */
function configure(client: unknown, options: object = {}): string {
  try {
    upstashStore(client as UpstashClient, options as UpstashStoreOptions);
  } catch (error) {
    expect(error).toBeInstanceOf(ConfigurationError);
    return (error as Error).message;
  }
  return expect.unreachable("It was not refused.");
}

async function works(client: UpstashClient): Promise<void> {
  const store = upstashStore(client, { timeLimit });
  const record = session();
  await store.create(record, NOW);
  expect(await store.read(record, NOW)).toEqual({ ...record, version: 1 });
}

describe("clients that it takes", () => {
  test.each(
    Object.entries({
      "@upstash/redis": new Redis(address),
      "@upstash/redis/cloudflare": new CloudflareRedis(address),
      "@upstash/redis/fastly": new FastlyRedis({ ...address, backend: "" }),
      "one that logs how long it takes": new Redis({ ...address, latencyLogging: true }),
      "a URL that ends with a slash": new Redis({ ...address, url: `${address.url}/` }),
      "no telemetry, no sync token": new Redis({
        ...address,
        enableTelemetry: false,
        readYourWrites: false,
      }),
    }),
  )("%s", async (_, client) => {
    await works(client);
  });

  test("a requester of the application's own", async () => {
    await works(
      new Redis({
        async request({ body }) {
          const response = await fetch(address.url, {
            method: "POST",
            headers: { Authorization: `Bearer ${address.token}` },
            body: JSON.stringify(body),
          });
          return response.json();
        },
      }),
    );
  });

  test("a middleware, if the client does not send again", async () => {
    const client = new Redis({ ...address, retry: { retries: 0 } });
    let requests = 0;
    client.use((request, next) => {
      requests++;
      return next(request);
    });
    await works(client);
    expect(requests).toBeGreaterThan(1);
  });

  test("one that its application aborts: not what it aborts is an answer", async () => {
    const abort = new AbortController();
    abort.abort("null");
    const store = upstashStore(new Redis({ ...address, signal: abort.signal }), { timeLimit });
    const record = session();
    // The store's calls have a signal of their own.
    await store.create(record, NOW);
    expect(await store.delete(record)).toBe("deleted");
  });
});

describe("clients that it refuses, and says what to do", () => {
  // @upstash/redis says what it misses, too.
  beforeEach(() => {
    const warn = vi.spyOn(console, "warn").mockImplementation(() => {});
    return () => warn.mockRestore();
  });

  test("a middleware, on a client that sends again", () => {
    for (const retry of [undefined, false, { retries: 1 }] as const) {
      const client = new Redis({ ...address, ...(retry === undefined ? {} : { retry }) });
      client.use((request, next) => next(request));
      expect(configure(client)).toContain("retry: { retries: 0 }");
    }
  });

  test("no URL, no token", () => {
    const { url, token } = address;
    for (const missing of [{ url }, { token }, { url: "", token }, { url, token: "" }, {}]) {
      const config = { url: undefined, token: undefined, ...missing };
      expect(configure(new Redis(config))).toContain("UPSTASH_REDIS_REST_URL");
      expect(configure(new CloudflareRedis(config))).toContain("UPSTASH_REDIS_REST_URL");
    }
  });

  test("what is no client", () => {
    const client = new Redis(address);
    for (const other of [
      undefined,
      null,
      "https://",
      address,
      {},
      client.pipeline(),
      client.multi(),
    ]) {
      expect(configure(other)).toContain("new Redis({ url, token })");
    }
    const tcp = { duplicate() {}, sendCommand() {}, call() {} };
    expect(configure(tcp)).toContain("redisStore");
  });

  test("a version that keeps its retries elsewhere", () => {
    const client = new Redis(address);
    const requester = {
      request() {},
      baseUrl: address.url,
      headers: { authorization: "Bearer t" },
    };
    const future = Object.assign(Object.create(client), { client: requester });
    expect(configure(future)).toContain("1.39");
  });

  test("no message holds the URL or the token", () => {
    const client = new Redis(address);
    client.use((request, next) => next(request));
    for (const refused of [client, address, new Redis({ ...address, url: undefined })]) {
      const message = configure(refused);
      expect(message).not.toContain(address.url);
      expect(message).not.toContain(address.token);
    }
  });
});

describe("options that it refuses, and says what to do", () => {
  test.each<[object, string]>([
    [{ durability: { replicas: 1, timeout: 100 } }, "WAIT"],
    [{ timeLimits: 100 }, "Options: prefix, clock, keepExpired, timeLimit, staleReads."],
    [{ timeLimit: 0 }, "timeLimit"],
    [{ timeLimit: "1s" }, "timeLimit"],
    [{ timeLimit: Infinity }, "timeLimit"],
    [{ keepExpired: -1 }, "keepExpired"],
    [{ prefix: "{shop}:" }, "prefix"],
    [{ clock: "mine" }, "clock"],
    [{ staleReads: true }, '"accept"'],
    [{ staleReads: "accept", clock: "server" }, "Leave one of them out"],
  ])("%o", (options, remedy) => {
    expect(configure(new Redis(address), options)).toContain(remedy);
  });
});
