import * as v from "valibot";
import { describe, expect, it } from "vitest";
import {
  ConfigurationError,
  configured,
  createSessions,
  type Sessions,
  type SessionsOptions,
  type Store,
} from "../src/index.ts";

const SECRET = "3q2+7wX9kLmZpR1uVtYbHcJdFgNsQaWe0iOo5K6r8T4=";
const OTHER = "f1c9b27e5a804d36e8b1907c4af2d3568e0b97d1c24fa6358b0d9e7f16a2c354";
/** Never asked for anything here; the methods are the same for every instance. */
const METHODS = {
  create: unused,
  read: unused,
  update: unused,
  delete: unused,
  list: unused,
  deleteAll: unused,
  sweep: unused,
};
const store = makeStore();

async function unused(): Promise<never> {
  throw new Error("No request was made.");
}

function makeStore(): Store {
  return { ...METHODS };
}

function secretNumber(n: number): string {
  return SECRET.slice(4) + n.toString(16).padStart(4, "0");
}

/** What each of these options gives in turn, when a function gives it. */
async function resolved(each: readonly SessionsOptions[]): Promise<Sessions[]> {
  const sessionsFor = configured((options: SessionsOptions) => options);
  const all: Sessions[] = [];
  for (const options of each) all.push(await sessionsFor(options));
  return all;
}

describe("a value", () => {
  it("is checked at once", () => {
    expect(() => configured({ store, secret: "short" })).toThrow(ConfigurationError);
  });

  it("gives one Sessions", async () => {
    const sessionsFor = configured({ store, secret: SECRET });
    expect(await sessionsFor("a")).toBe(await sessionsFor("b"));
  });

  it("may be a ready Sessions", async () => {
    const sessions = createSessions({ store, secret: SECRET });
    expect(await configured(sessions)(undefined)).toBe(sessions);
  });
});

describe("a function", () => {
  it("is given the context of the request", async () => {
    const env = { SESSION_SECRET: SECRET };
    const seen: unknown[] = [];
    const sessionsFor = configured((context: typeof env) => {
      seen.push(context);
      return { store, secret: context.SESSION_SECRET };
    });
    await sessionsFor(env);
    expect(seen).toEqual([env]);
  });

  it("may give a ready Sessions, or a promise", async () => {
    const sessions = createSessions({ store, secret: SECRET });
    expect(await configured(async () => sessions)(undefined)).toBe(sessions);
    const sessionsFor = configured(async () => ({ store, secret: SECRET }));
    expect(await sessionsFor(undefined)).toBe(await sessionsFor(undefined));
  });

  it("rejects with what is wrong with its options, each time", async () => {
    const sessionsFor = configured(() => ({ store, secret: "short" }));
    await expect(sessionsFor(undefined)).rejects.toThrow(ConfigurationError);
    await expect(sessionsFor(undefined)).rejects.toThrow(ConfigurationError);
    const nothing = configured((() => undefined) as never);
    await expect(nothing(undefined)).rejects.toThrow(ConfigurationError);
  });
});

describe("options given by a function", () => {
  const data = v.object({});
  const onEvent = () => {};

  it("that say the same, written anew, are built once", async () => {
    const [first, ...others] = await resolved(
      Array.from({ length: 5 }, () => ({
        store,
        data,
        onEvent,
        secret: [SECRET, OTHER],
        cookie: { name: "shop", sameSite: "Strict" as const },
        timeouts: {
          default: { idle: "30m" },
          remembered: { idle: "2d", absolute: "30d" },
        } as const,
        onConflict: { page: "last-wins" } as const,
        maxPerUser: 5,
      })),
    );
    for (const other of others) expect(other).toBe(first);
  });

  const base: SessionsOptions = {
    store,
    secret: [SECRET],
    cookie: { name: "a" },
    timeouts: { idle: "30m" },
  };
  it.each<[string, Partial<SessionsOptions>]>([
    ["another secret", { secret: [OTHER] }],
    ["one more secret", { secret: [SECRET, OTHER] }],
    ["the secret as a string", { secret: SECRET }],
    ["a cookie of another name", { cookie: { name: "b" } }],
    ["an attribute more", { cookie: { name: "a", sameSite: "Strict" } }],
    ["an attribute less", { cookie: {} }],
    ["another timeout", { timeouts: { idle: "31m" } }],
    ["an option more", { maxPerUser: 7 }],
    ["a store with the same methods", { store: makeStore() }],
    ["a schema of the same shape", { data: v.object({}) }],
    ["a listener that does the same", { onEvent: () => {} }],
  ])("with %s are built again", async (_what, change) => {
    const [one, other] = await resolved([base, { ...base, ...change }]);
    expect(other).not.toBe(one);
    const [another, back] = await resolved([{ ...base, ...change }, base]);
    expect(back).not.toBe(another);
  });

  it("written into one object are seen to differ", async () => {
    const shared = { store, secret: [SECRET] };
    const sessionsFor = configured((secret: string) => {
      shared.secret[0] = secret;
      return shared;
    });
    const [one, other, again] = [
      await sessionsFor(SECRET),
      await sessionsFor(OTHER),
      await sessionsFor(SECRET),
    ];
    expect(other).not.toBe(one);
    expect(again).toBe(one);
  });

  it("are kept for the 16 used last", async () => {
    const sessionsFor = configured((secret: string) => ({ store, secret }));
    const first = await sessionsFor(secretNumber(0));
    const second = await sessionsFor(secretNumber(1));
    for (let n = 2; n < 16; n++) await sessionsFor(secretNumber(n));
    // Used again, so that the second is now the one that was not used for longest.
    expect(await sessionsFor(secretNumber(0))).toBe(first);
    await sessionsFor(secretNumber(16));
    expect(await sessionsFor(secretNumber(0))).toBe(first);
    expect(await sessionsFor(secretNumber(1))).not.toBe(second);
  });
});

describe("options that are new at each call", () => {
  const warnings: string[] = [];
  const onWarning = (message: string) => void warnings.push(message);

  it("are warned of once, with the option's name and without the secret", async () => {
    warnings.length = 0;
    const sessionsFor = configured(() => ({ store: makeStore(), secret: SECRET, onWarning }));
    for (let n = 0; n < 31; n++) await sessionsFor(undefined);
    expect(warnings).toEqual([]);
    for (let n = 0; n < 100; n++) await sessionsFor(undefined);
    expect(warnings).toHaveLength(1);
    expect(warnings[0]).toContain("(store)");
    expect(warnings[0]).not.toContain(SECRET);
  });

  it("are not those that come back within reach", async () => {
    warnings.length = 0;
    const sessionsFor = configured((secret: string) => ({ store, secret, onWarning }));
    for (let n = 0; n < 200; n++) await sessionsFor(secretNumber(n % 16));
    expect(warnings).toEqual([]);
  });
});
