import { StoreUnavailableError } from "@sojourn/core";
import { Redis } from "@upstash/redis";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { upstashStore } from "../src/index.ts";
import { type Bridge, startBridge } from "./bridge.ts";
import { NOW, operations, session } from "./records.ts";

let bridge: Bridge;
beforeEach(async () => void (bridge = await startBridge()));
afterEach(() => bridge.tell("stop"));

function storeOn({ url, token }: { url: string; token: string }, timeLimit = 20_000) {
  return upstashStore(new Redis({ url, token }), { prefix: "a prefix:", timeLimit });
}

/** All that a log could show of an error. */
function shown(error: unknown): string {
  if (!(error instanceof Error)) return JSON.stringify(error) ?? "";
  const own = Object.getOwnPropertyNames(error).map((name) => Reflect.get(error, name));
  return [String(error), error.stack, ...own.map(shown)].join("\n");
}

/** What the call rejects with, which tells nothing of what it was about. */
async function rejection(call: () => Promise<unknown>, secrets: readonly string[]) {
  const error = await call().then(
    () => expect.unreachable("it succeeded"),
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(StoreUnavailableError);
  for (const secret of secrets) expect(shown(error)).not.toContain(secret);
  return (error as Error).message;
}

function secretsOf(
  { url, token }: Bridge,
  { partition, handle, ...rest }: ReturnType<typeof session>,
) {
  const { credential, userId, data } = rest;
  return [
    url,
    new URL(url).host,
    token,
    partition,
    handle,
    credential,
    String(userId),
    ...Object.values(data),
    "a prefix",
  ];
}

describe("what Upstash refuses is an error that says what to do", () => {
  const quota = "See https://upstash.com/docs/redis/troubleshooting/max_requests_limit for details";
  test.each([
    [401, "WRONGPASS invalid or missing auth token", "UPSTASH_REDIS_REST_TOKEN"],
    [401, "Unauthorized", "UPSTASH_REDIS_REST_TOKEN"],
    [400, "NOPERM this user has no permissions to run the 'evalsha' command", "read-only token"],
    [
      400,
      `ERR max daily request limit exceeded. Limit: 10000, Usage: 10001. ${quota}`,
      "larger plan",
    ],
    [400, `ERR max requests limit exceeded. Limit: 500000, Usage: 500000. ${quota}`, "larger plan"],
    [429, "Too Many Requests", "more commands in this second"],
    [400, "ERR max commands per second limit exceeded", "more commands in this second"],
    [413, "ERR max request size exceeded. Limit: 1048576 bytes, Actual: 2000000 bytes", "maxBytes"],
    [400, "ERR max single record size exceeded", "maxBytes"],
    [400, "ERR DB capacity quota exceeded", "full"],
    [400, "OOM command not allowed when used memory > 'maxmemory'.", "OOM"],
    [400, "READONLY You can't write against a read only replica.", "READONLY"],
    [400, "ERR unknown command 'EVALSHA', with args beginning with: 'abc'", "ERR"],
    [503, "upstream connect error or disconnect/reset before headers", "not known"],
  ])("%i %s", async (status, error, remedy) => {
    const record = session();
    await bridge.tell("failWith", status, JSON.stringify({ error: `${error} ${record.handle}` }));
    const message = await rejection(
      () => storeOn(bridge).read(record, NOW),
      secretsOf(bridge, record),
    );
    expect(message).toContain(remedy);
    // Not even a refusal is sent again.
    expect((await bridge.counts())[0]).toBe(1);
  });
});

describe("what is no answer of Upstash's is an error, and no reply", () => {
  test.each([
    ["a proxy's page", 502, "<html>Bad Gateway</html>"],
    ["a page that says OK", 200, "<html>Please log in to the network</html>"],
    ["nothing", 200, ""],
    ["JSON of somebody else's", 404, '{"message":"no such route"}'],
    ["JSON without a result", 200, "{}"],
  ])("%s", async (_, status, body) => {
    const record = session();
    for (const operation of Object.values(operations)) {
      await bridge.tell("failWith", status, body);
      const message = await rejection(
        () => operation(storeOn(bridge), record),
        secretsOf(bridge, record),
      );
      expect(message).toContain("UPSTASH_REDIS_REST_URL");
    }
  });

  test("an answer that breaks off", async () => {
    const record = session();
    const store = storeOn(bridge);
    await store.create(record, NOW);
    await store.update(record, { set: { step: "1" } }, NOW);
    await bridge.tell("truncate");
    const message = await rejection(
      () => store.update(record, { set: { step: "2" } }, NOW),
      secretsOf(bridge, record),
    );
    expect(message).toContain("Whether the command was run is not known");
    await bridge.tell("heal");
    expect(await store.read(record, NOW)).toMatchObject({ version: 3 });
  });
});

test("a server that is away", async () => {
  const record = session();
  const store = storeOn(bridge);
  await bridge.tell("stop");
  for (const operation of Object.values(operations)) {
    const message = await rejection(() => operation(store, record), secretsOf(bridge, record));
    expect(message).toContain("The connection to Redis failed");
  }
});

test("a wrong token, with its first request", async () => {
  const record = session();
  const message = await rejection(
    () => storeOn({ ...bridge, token: "a guess" }).read(record, NOW),
    [...secretsOf(bridge, record), "a guess"],
  );
  expect(message).toContain("UPSTASH_REDIS_REST_TOKEN");
});

describe("a server that does not answer", () => {
  test("fails the call within the time limit, and the connection is given up", async () => {
    const record = session();
    const store = storeOn(bridge, 100);
    await bridge.tell("hang");
    const { fetch } = globalThis;
    let signal: AbortSignal | null | undefined;
    globalThis.fetch = (url, init) => {
      signal = init?.signal;
      return fetch(url, init);
    };
    try {
      const secrets = secretsOf(bridge, record);
      const message = await rejection(() => store.read(record, NOW), secrets);
      expect(message).toContain("100 ms");
    } finally {
      globalThis.fetch = fetch;
    }
    expect(signal?.aborted).toBe(true);
  });

  test("after three calls in a row the next fail at once; when it is back, so is the store", async () => {
    const record = session();
    // Whatever else the machine does, this one is to be in time.
    await storeOn(bridge, 10_000).create(record, NOW);
    const store = storeOn(bridge, 100);
    await bridge.tell("hang");
    for (let call = 0; call < 3; call++) {
      await rejection(() => store.read(record, NOW), []);
    }
    await bridge.tell("reset");
    for (let call = 0; call < 10; call++) {
      await rejection(() => store.read(record, NOW), secretsOf(bridge, record));
    }
    // At most one that tries, if a second has passed meanwhile.
    expect((await bridge.counts())[0]).toBeLessThanOrEqual(1);
    await bridge.tell("heal");
    const handle = async () => (await store.read(record, NOW).catch(() => null))?.handle;
    await expect.poll(handle, { timeout: 10_000 }).toBe(record.handle);
  });
});
