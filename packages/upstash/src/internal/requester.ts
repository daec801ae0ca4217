import { ConfigurationError } from "@sojourn/core";
import type { RedisReply } from "@sojourn/redis/layout";
import type { UpstashClient } from "../client.ts";

/** What carries the requests of a client: its `Requester`, as @upstash/redis calls it. */
export interface Requester {
  request(request: UpstashRequest): Promise<UpstashAnswer>;
}

interface UpstashRequest {
  readonly body: readonly string[];
  /** As a function: of a signal that is none, the client would make an answer when it aborts. */
  readonly signal: () => AbortSignal;
}

export interface UpstashAnswer {
  readonly result?: RedisReply;
  readonly error?: string;
}

/**
 * The requester of a client, with which every request is sent once, and every reply comes as it is.
 *
 * The client's own commands go through the same requester and do neither. Where the network fails they
 * are sent again, up to five times (once even with `retry: false`), though the first may have been run:
 * a `create` would meet the record that it made itself, an `update` its own change. And replies that
 * look like JSON are parsed.
 */
export function requesterOf(client: UpstashClient): Requester {
  const requester = member(client, "client");
  if (!hasMethods(client, "exec", "use") || !hasMethods(requester, "request")) {
    throw new ConfigurationError(notAClient(client));
  }
  // One that the application made itself, for `new Redis(requester)`: it knows what it does.
  if (!("baseUrl" in requester)) return requester as Requester;
  checkCredentials(requester);
  return sendingOnce(requester);
}

function sendingOnce(requester: object): Requester {
  const attempts = member(member(requester, "retry"), "attempts");
  if (attempts === 0) return requester as Requester;
  if (typeof attempts !== "number") {
    throw new ConfigurationError(
      "This version of @upstash/redis keeps its retries elsewhere. Give the store a client of 1.39, " +
        "or update @sojourn/upstash.",
    );
  }
  if (Object.hasOwn(requester, "request")) {
    throw new ConfigurationError(
      "The Redis client has a middleware (`use`), and sends again what may have been run. Give the " +
        "store a client without the middleware, or with `retry: { retries: 0 }`.",
    );
  }
  const retry = { attempts: 0, backoff: () => 0 };
  // All but that is the client's own, and stays so: its sync token, say.
  const once = new Proxy(requester as Requester, {
    get: (target, name) => (name === "retry" ? retry : Reflect.get(target, name)),
  });
  // As it is now: a middleware that comes later would send again.
  const request = once.request.bind(once);
  return { request };
}

function checkCredentials(requester: object): void {
  const token = /^Bearer (.*)$/.exec(String(member(member(requester, "headers"), "authorization")));
  if (member(requester, "baseUrl") !== "" && !["", "undefined"].includes(token?.[1] ?? "")) return;
  throw new ConfigurationError(
    "The Redis client has no URL or no token. Set UPSTASH_REDIS_REST_URL and " +
      "UPSTASH_REDIS_REST_TOKEN, and give them to it: new Redis({ url, token }).",
  );
}

function notAClient(client: unknown): string {
  if (hasMethods(client, "duplicate") || hasMethods(client, "sendCommand")) {
    return "This is a client for TCP. Give it to `redisStore` of @sojourn/redis.";
  }
  return (
    "upstashStore takes a client of @upstash/redis: new Redis({ url, token }), or Redis.fromEnv(). " +
    "Pass the client itself, neither its options nor a URL, nor a pipeline of it."
  );
}

function hasMethods(value: unknown, ...names: readonly string[]): value is object {
  return names.every((name) => typeof member(value, name) === "function");
}

function member(value: unknown, name: string): unknown {
  return (value as Record<string, unknown> | null | undefined)?.[name];
}
