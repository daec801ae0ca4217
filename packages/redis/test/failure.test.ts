import { inspect } from "node:util";
import { CorruptRecordError, SojournError, StoreUnavailableError } from "@sojourn/core";
import { type RedisServer, startCluster, startProxy, startRedis, until } from "@sojourn/servers";
import { Redis } from "ioredis";
import { Redis as Redis5 } from "ioredis-5";
import { afterAll, describe, expect, onTestFinished, test } from "vitest";
import type { RedisClient } from "../src/client.ts";
import { connect } from "../src/internal/clients/connect.ts";
import { guard } from "../src/internal/guard.ts";
import {
  clustered,
  type Connect,
  type Connected,
  quiet,
  sever,
  standalone,
  everyTime,
} from "./clients/clients.ts";

/** What must never be seen: the key, the data, a hash, the password. */
const SECRETS = ["k3y-of-a-session", "d4ta-of-a-user", "h4sh-of-a-secret", "p4ssword"];
const [KEY = "", DATA = "", HASH = "", PASSWORD = ""] = SECRETS;
const WRITE = [
  "EVAL",
  "return redis.call('HSET', KEYS[1], ARGV[1], ARGV[2])",
  "1",
  KEY,
  DATA,
  HASH,
];
const READ = ["HMGET", KEY, DATA, HASH];

/** Everything that a log, a tracer or a response could get out of an error. */
function shown(error: unknown): string {
  const { stack, cause, message } = error as Error;
  const properties = Object.getOwnPropertyNames(error).map(
    (name) => (error as Record<string, unknown>)[name],
  );
  return [
    inspect(error, { depth: 20, showHidden: true }),
    JSON.stringify(error),
    String(error),
    stack,
    message,
    inspect(cause, { depth: 20 }),
    inspect(properties, { depth: 20 }),
  ].join("\n");
}

async function failing(
  client: RedisClient,
  command: readonly string[],
  timeLimit = 1_000,
): Promise<Error> {
  const sent = guard(connect(client), { timeLimit }).send(KEY, command);
  const error: unknown = await sent.then(
    (reply) => expect.fail(`It gave ${inspect(reply)}.`),
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(Error);
  for (const secret of SECRETS) expect(shown(error)).not.toContain(secret);
  expect(shown(error)).not.toMatch(/redis:\/\/|EVAL|HMGET|127\.0\.0\.1/);
  return error as Error;
}

const servers: { stop(): Promise<void> }[] = [];
afterAll(() => Promise.all(servers.map((server) => server.stop())));

async function serve(...args: string[]): Promise<RedisServer> {
  const server = await startRedis({ args });
  servers.push(server);
  return server;
}

async function open(connecting: Connected | Promise<Connected>): Promise<RedisClient> {
  const { client, close } = await connecting;
  onTestFinished(async () => void (await close()));
  return client;
}

/** Servers that answer with an error, and the remedy that the error names. */
const refusals: Record<string, () => Promise<{ port: number; code: string; remedy: RegExp }>> = {
  async "full, evicting nothing"() {
    const { port } = await serve("--maxmemory", "1");
    return { port, code: "OOM", remedy: /more memory/ };
  },
  async "a replica"() {
    const primary = await serve();
    const { port } = await serve("--replicaof", `127.0.0.1 ${primary.port}`);
    return { port, code: "READONLY", remedy: /primary, or through Sentinel/ };
  },
  async "a replica whose primary is gone"() {
    const args = ["--replicaof", "127.0.0.1 1", "--replica-serve-stale-data", "no"];
    const { port } = await serve(...args);
    return { port, code: "MASTERDOWN", remedy: /primary/ };
  },
  async "with fewer replicas than it wants"() {
    const { port } = await serve("--min-replicas-to-write", "1");
    return { port, code: "NOREPLICAS", remedy: /min-replicas-to-write/ };
  },
  async "whose ACL doesn't allow the command"() {
    const server = await serve();
    await server.cli("ACL", "SETUSER", "default", "-eval");
    return { port: server.port, code: "NOPERM", remedy: /ACL user/ };
  },
  async "whose ACL doesn't allow a script's command"() {
    const server = await serve();
    await server.cli("ACL", "SETUSER", "default", "-hset");
    return { port: server.port, code: "NOPERM", remedy: /ACL user/ };
  },
  async "whose ACL doesn't allow the key"() {
    const server = await serve();
    await server.cli("ACL", "SETUSER", "default", "resetkeys", "~other:*");
    return { port: server.port, code: "NOPERM", remedy: /ACL user/ };
  },
  async "busy with a script that doesn't end"() {
    const server = await serve("--busy-reply-threshold", "1");
    server.cli("EVAL", "while true do end", "0").catch(() => {});
    await until("it is busy", async () => {
      return server.cli("PING").then(
        () => false,
        (error: unknown) => /BUSY/.test(String(error)),
      );
    });
    return { port: server.port, code: "BUSY", remedy: /SCRIPT KILL/ };
  },
  async "that cannot save to its disk"() {
    const server = await serve("--save", "3600 1", "--enable-protected-configs", "yes");
    await server.cli("CONFIG", "SET", "dir", "/proc");
    await server.cli("BGSAVE");
    await until("it has failed to", async () => {
      return (await server.cli("INFO", "persistence")).includes("rdb_last_bgsave_status:err");
    });
    return { port: server.port, code: "MISCONF", remedy: /log/ };
  },
};

for (const [what, prepare] of Object.entries(refusals)) {
  describe(`a server: ${what}`, () => {
    let prepared: ReturnType<typeof prepare> | undefined;
    // A client that checks whether the server is ready never gets so far with some of these.
    const clients: Record<string, Connect<number>> = {
      "ioredis 6": (port) => unready(new Redis({ port, enableReadyCheck: false })),
      "ioredis 5": (port) => unready(new Redis5({ port, enableReadyCheck: false })),
      "node-redis 6": standalone["node-redis 6"] as Connect<number>,
      "node-redis 5": standalone["node-redis 5"] as Connect<number>,
    };
    test.each(Object.entries(clients))("%s: the error names code and remedy", async (_, to) => {
      const { port, code, remedy } = await (prepared ??= prepare());
      const error = await failing(await open(to(port)), WRITE);
      expect(error).toBeInstanceOf(StoreUnavailableError);
      expect(error.message).toContain(` ${code}.`);
      expect(error.message).toMatch(remedy);
    });
  });
}

function unready(client: Redis | Redis5): Connected {
  return { client: quiet(client), close: () => client.disconnect() };
}

describe.each(everyTime(standalone))("%s", (_name, to) => {
  let server: RedisServer | undefined;
  const running = async () => (server ??= await serve());

  test("another kind of value under the key is a corrupt record", async () => {
    const { port, cli } = await running();
    await cli("SET", KEY, "foreign");
    const client = await open(to(port));
    for (const command of [READ, WRITE, ["HDEL", KEY, DATA]]) {
      expect(await failing(client, command)).toBeInstanceOf(CorruptRecordError);
    }
    await cli("DEL", KEY);
  });

  test("an unknown script is what it is, without its arguments", async () => {
    const client = await open(to((await running()).port));
    const error = await failing(client, ["EVALSHA", "0".repeat(40), "1", KEY, DATA, HASH]);
    expect(error).not.toBeInstanceOf(SojournError);
    expect(error.message).toMatch(/^NOSCRIPT/);
  });

  test("a script's own error, and a wrong command, tell no more than ERR", async () => {
    const client = await open(to((await running()).port));
    const script = `return redis.error_reply("ERR ${DATA} ${HASH}")`;
    expect((await failing(client, ["EVAL", script, "1", KEY])).message).toMatch(/: ERR\.$/);
    expect((await failing(client, [DATA, KEY])).message).toMatch(/: ERR\.$/);
  });

  test("a connection that is refused, reset or silent", async () => {
    const { port } = await running();
    const proxy = await startProxy(port);
    onTestFinished(() => proxy.stop());
    const client = await open(to(proxy.port));
    await guard(connect(client)).send(KEY, READ);
    proxy.stall();
    const silent = await failing(client, WRITE, 50);
    expect(silent).toBeInstanceOf(StoreUnavailableError);
    expect(silent.message).toMatch(/within 50 ms/);
    await proxy.heal();
    proxy.drop();
    const reset = failing(client, WRITE, 300);
    await sever(proxy);
    expect(await reset).toBeInstanceOf(StoreUnavailableError);
    expect(await failing(client, WRITE, 300)).toBeInstanceOf(StoreUnavailableError);
  });
});

describe("a password", () => {
  test("is in no error when it is wrong, or missing", async () => {
    const { port } = await serve("--requirepass", PASSWORD);
    const right = await open(unready(new Redis({ port, password: PASSWORD })));
    expect(await guard(connect(right)).send(KEY, READ)).toEqual([null, null]);
    const clients = [
      unready(new Redis({ port, enableReadyCheck: false })),
      unready(new Redis({ port, password: `${PASSWORD}-old` })),
      unready(new Redis5(`redis://:${PASSWORD}-old@127.0.0.1:${port}`)),
    ];
    for (const client of clients) {
      const error = await failing(await open(client), READ, 500);
      expect(error).toBeInstanceOf(StoreUnavailableError);
    }
  });

  test("nor when the server demands one from a client that is connected", async () => {
    const server = await serve();
    for (const name of ["node-redis 6", "node-redis 5"]) {
      const client = await open((standalone[name] as Connect<number>)(server.port));
      await server.cli("CONFIG", "SET", "requirepass", PASSWORD);
      await server.cli("-a", PASSWORD, "CLIENT", "KILL", "TYPE", "normal");
      const error = await failing(client, READ, 500);
      expect(error).toBeInstanceOf(StoreUnavailableError);
      await server.cli("-a", PASSWORD, "CONFIG", "SET", "requirepass", "");
    }
  });
});

describe("a server that is loading its data", () => {
  test("answers LOADING until it has", async () => {
    // It answers while it loads only once in so many bytes.
    const often = ["--loading-process-events-interval-bytes", "1024"];
    const server = await serve("--key-load-delay", "100000", ...often);
    const fill = "for i = 1, 50 do redis.call('SET', i, string.rep('x', 4096)) end";
    await server.cli("EVAL", fill, "0");
    await server.cli("SAVE");
    await server.kill();
    const restarted = server.restart();
    onTestFinished(() => restarted);
    const client = await open(unready(new Redis({ port: server.port, enableReadyCheck: false })));
    const error = await failing(client, READ, 5_000);
    expect(error.message).toMatch(/LOADING\. Redis is loading/);
  });
});

describe("a Cluster", () => {
  test("that does not serve a slot says so through every client", async () => {
    const cluster = await startCluster({ replicas: 0 });
    servers.push(cluster);
    const owner = await cluster.ownerOf(await cluster.slotOf(KEY));
    const ports = cluster.nodes.map(({ port }) => port);
    const clients = [];
    for (const to of Object.values(clustered)) {
      const client = await open(to({ ports }));
      await guard(connect(client)).send(KEY, READ);
      clients.push(client);
    }
    await owner.kill();
    for (const client of clients) {
      expect(await failing(client, WRITE, 500)).toBeInstanceOf(StoreUnavailableError);
    }
  });

  test("a client of a single server is told that it needs one for a Cluster", async () => {
    const cluster = await startCluster({ replicas: 0 });
    servers.push(cluster);
    const owner = await cluster.ownerOf(await cluster.slotOf(KEY));
    const other = cluster.nodes.find((node) => node !== owner) as RedisServer;
    for (const to of Object.values(standalone)) {
      const error = await failing(await open(to(other.port)), READ);
      expect(error.message).toMatch(/MOVED.+Give the store a Cluster client/);
    }
  });
});
