import {
  type Channel,
  createSessions,
  type PoweredStore,
  type RequestFacts,
  type RequestSession,
  type Session,
  type Sessions,
  type SessionsOptions,
  SessionGoneError,
  wrapStore,
} from "@sojourn/core";
import { memoryStore } from "@sojourn/memory";
import { fakeClock } from "@sojourn/testing";
import { describe, expect, test } from "vitest";
import { SECRETS } from "./harness.ts";

// J5: a stream ends with its session, and nobody else's stream does.

const MINUTE = 60_000;

/** What the channel holds, and the ways in which one fails. */
function watchedChannel(channel: Channel) {
  const state = { subscriptions: 0, published: [] as string[], deaf: false, refusing: false };
  const gaps = new Set<() => unknown>();
  const watched: Channel = {
    async publish(topic, message) {
      state.published.push(topic);
      if (!state.deaf) await channel.publish(topic, message);
    },
    async subscribe(topic, listener, options) {
      if (state.refusing) throw new Error("no subscriptions today");
      if (options.signal.aborted) return;
      state.subscriptions++;
      gaps.add(options.onGap);
      options.signal.addEventListener("abort", () => {
        state.subscriptions--;
        gaps.delete(options.onGap);
      });
      await channel.subscribe(topic, listener, options);
    },
  };
  return { channel: watched, state, gap: () => gaps.forEach((tell) => tell()) };
}

/** Several processes on one store, with one clock. */
function world(options: Partial<SessionsOptions> & { readonly channel?: false } = {}) {
  const { channel: has = true, ...given } = options;
  const clock = fakeClock();
  const memory = memoryStore();
  const { channel, state, gap } = watchedChannel(memory.powers.channel);
  const down = { is: false };
  const base = wrapStore(memory, (run) => (down.is ? Promise.reject(new Error("down")) : run()));
  const powers = { ...base.powers, ...(has ? { channel } : {}) };
  if (!has) delete (powers as { channel?: Channel }).channel;
  const store: PoweredStore = { ...base, powers };
  const events: string[] = [];

  function process(more: Partial<SessionsOptions> = {}): Sessions {
    return createSessions({
      store,
      clock,
      secret: SECRETS[0],
      onEvent: (event) => events.push(event.type),
      onWarning: () => {},
      ...given,
      ...more,
    });
  }

  return { clock, down, channel: state, gap, process, here: process(), events };
}

/** A browser with a session. */
async function browserOf(sessions: Sessions, userId = "ada") {
  let { token } = await sessions.login(userId);

  async function request<T>(
    run: (session: RequestSession) => Promise<T>,
    at: Sessions = sessions,
    facts: Partial<RequestFacts> = {},
  ): Promise<T> {
    const exchange = at.begin({ cookie: `__Host-id=${token}`, secure: true, ...facts });
    const result = await run(exchange.session);
    await exchange.finish();
    const headers = new Headers();
    exchange.apply(headers);
    const [, given] = /^__Host-id=([^;]+)/.exec(headers.getSetCookie().join()) ?? [];
    if (given !== undefined) token = given;
    await at.drain();
    return result;
  }

  /** Opens a stream: the request is over, and what it was given is kept. */
  async function stream(at: Sessions = sessions, facts: Partial<RequestFacts> = {}) {
    return request(
      async (session) => {
        const user = await session.requireUser();
        return { session: user, signal: user.signal };
      },
      at,
      facts,
    );
  }

  return { request, stream, copy: () => token };
}

/** What is under way without waiting for anything but memory is done. */
async function tick(...all: readonly Sessions[]): Promise<void> {
  for (let turn = 0; turn < 5; turn++) {
    await new Promise((resolve) => setTimeout(resolve, 0));
    for (const sessions of all) await sessions.drain();
  }
}

type Ending = (given: {
  readonly at: Sessions;
  readonly ada: Awaited<ReturnType<typeof browserOf>>;
  readonly session: Session;
}) => Promise<unknown>;

const ENDINGS: Record<string, Ending> = {
  logout: ({ ada, at }) => ada.request((session) => session.logout(), at),
  destroy: ({ ada, at }) => ada.request(async (session) => (await session.get())?.destroy(), at),
  revoke: ({ at, session }) => at.revoke("ada", session.handle),
  revokeAll: ({ at }) => at.revokeAll("ada"),
  onCredentialChange: ({ at }) => at.onCredentialChange("ada"),
  "a login past the limit": ({ at }) => at.login("ada"),
  "a login over it": ({ ada, at }) => ada.request((session) => session.login("ada"), at),
  requireReauthentication: ({ at, session }) => at.requireReauthentication("ada", session.handle),
  "a rotate by another request": ({ ada, at }) =>
    ada.request(async (session) => (await session.requireUser()).rotate(), at),
  "a reauthentication by another request": ({ ada, at }) =>
    ada.request(async (session) => (await session.requireUser()).reauthenticate({}), at),
  revokeEveryone: ({ at }) => at.revokeEveryone(),
  eraseUser: ({ at }) => at.eraseUser("ada"),
};

describe.each(Object.entries(ENDINGS))("%s", (_name, end) => {
  const options = { maxPerUser: 1 };

  test("ends the stream in the same process at once", async () => {
    const { here } = world(options);
    const ada = await browserOf(here);
    const { signal, session } = await ada.stream();
    expect(signal.aborted).toBe(false);
    await end({ at: here, ada, session });
    await tick(here);
    expect(signal.aborted).toBe(true);
    expect(signal.reason).toBeInstanceOf(SessionGoneError);
  });

  test("ends it in another process, told through the channel", async () => {
    const { here, process } = world(options);
    const there = process();
    const ada = await browserOf(here);
    const { signal, session } = await ada.stream(there);
    await tick(here, there);
    await end({ at: here, ada, session });
    await tick(here, there);
    expect(signal.aborted).toBe(true);
  });

  test("ends it where there is no channel within the interval, and not much before", async () => {
    const { here, process, clock } = world({ ...options, channel: false, revalidate: "20s" });
    const there = process();
    const ada = await browserOf(here);
    const { signal, session } = await ada.stream(there);
    await end({ at: here, ada, session });
    await tick(here, there);
    expect(signal.aborted).toBe(false);
    await clock.advance(20_000);
    await tick(here, there);
    expect(signal.aborted).toBe(true);
  });
});

test("nobody else's stream ends, nor that of the same user elsewhere", async () => {
  const { here, process } = world();
  const there = process();
  const ada = await browserOf(here);
  const { session } = await ada.stream(there);
  const others = [await browserOf(here), await browserOf(here, "grace")];
  const streams = await Promise.all(others.map((other) => other.stream(there)));
  await tick(here, there);
  await here.revoke("ada", session.handle);
  await tick(here, there);
  expect(streams.map(({ signal }) => signal.aborted)).toEqual([false, false]);
});

test("a session that ended before the stream is listened for ends it all the same", async () => {
  const { here, process } = world();
  const there = process();
  const ada = await browserOf(here);
  await (await browserOf(here)).stream(there);
  const signal = await ada.request(async (session) => {
    const user = await session.requireUser();
    // Told to a process that watches others of this user, and not yet this one.
    await here.revoke("ada", user.handle);
    await tick(here, there);
    return user.signal;
  }, there);
  await tick(here, there);
  expect(signal.aborted).toBe(true);
});

test("asked for after its end, it has aborted already", async () => {
  const { here } = world();
  const ada = await browserOf(here);
  const signal = await ada.request(async (session) => {
    const user = await session.requireUser();
    await session.logout();
    return user.signal;
  });
  expect(signal.aborted).toBe(true);
  const login = await ada.request((session) => session.login("ada"));
  const { signal: after } = login;
  expect(after.aborted).toBe(false);
  login.unwatch();
});

describe("by the clock", () => {
  test("it ends at the absolute deadline, to the millisecond, though the store is away", async () => {
    const { here, clock, down } = world({ timeouts: { absolute: "2h", idle: "none" } as never });
    const { signal } = await (await browserOf(here)).stream();
    await tick(here);
    down.is = true;
    await clock.advance(120 * MINUTE - 1);
    expect(signal.aborted).toBe(false);
    await clock.advance(1);
    expect(signal.aborted).toBe(true);
  });

  test("it ends when idle for too long, to the millisecond: a stream is no activity", async () => {
    const { here, clock } = world({ revalidate: "7m" });
    const { signal } = await (await browserOf(here)).stream();
    await clock.advance(60 * MINUTE - 1);
    expect(signal.aborted).toBe(false);
    await clock.advance(1);
    await tick(here);
    expect(signal.aborted).toBe(true);
  });

  test("activity elsewhere keeps it, and so do renewals, however many", async () => {
    const { here, process, clock, events } = world();
    const there = process();
    const ada = await browserOf(here);
    const { signal } = await ada.stream(there);
    for (let quarter = 0; quarter < 20; quarter++) {
      await clock.advance(16 * MINUTE);
      await ada.request((session) => session.get(), here);
      await ada.request((session) => session.get(), here);
    }
    await tick(here, there);
    expect(events.filter((type) => type === "session_renewed").length).toBeGreaterThan(15);
    expect(signal.aborted).toBe(false);
  });
});

describe("a store or a channel that is away", () => {
  test("ends nothing, and what ended meanwhile ends the stream when it is back", async () => {
    const { here, process, clock, down, channel } = world();
    const there = process();
    const ada = await browserOf(here);
    const { signal, session } = await ada.stream(there);
    await tick(here, there);
    channel.deaf = true;
    await here.revoke("ada", session.handle);
    await tick(here, there);
    down.is = true;
    await clock.advance(10 * MINUTE);
    expect(signal.aborted).toBe(false);
    down.is = false;
    await clock.advance(30_000);
    await tick(there);
    expect(signal.aborted).toBe(true);
  });

  test("a gap is looked into as soon as it is told", async () => {
    const { here, process, channel, gap } = world();
    const there = process();
    const ada = await browserOf(here);
    const grace = await browserOf(here, "grace");
    const { signal, session } = await ada.stream(there);
    const { signal: other } = await grace.stream(there);
    await tick(here, there);
    channel.deaf = true;
    await here.revoke("ada", session.handle);
    await tick(here, there);
    expect(signal.aborted).toBe(false);
    gap();
    await tick(here, there);
    expect([signal.aborted, other.aborted]).toEqual([true, false]);
    await here.revokeEveryone();
    gap();
    await tick(here, there);
    expect(other.aborted).toBe(true);
  });

  test("a subscription that failed is made at the next look", async () => {
    const { here, process, clock, channel } = world();
    const there = process();
    channel.refusing = true;
    const ada = await browserOf(here);
    const { signal, session } = await ada.stream(there);
    await tick(here, there);
    expect(signal.aborted).toBe(false);
    channel.refusing = false;
    await clock.advance(30_000);
    await tick(here, there);
    expect(channel.subscriptions).toBe(2);
    await here.revoke("ada", session.handle);
    await tick(here, there);
    expect(signal.aborted).toBe(true);
  });
});

const WATCHES = process.env.SOJOURN_FULL === "1" ? 1_000 : 100;

describe("what is over leaves nothing behind", () => {
  test("unwatch: no timer, no subscription, and no abort later", async () => {
    const { here, clock, channel } = world();
    const ada = await browserOf(here);
    const { signal, session } = await ada.stream();
    await tick(here);
    expect([clock.sleeping, channel.subscriptions]).toEqual([1, 2]);
    session.unwatch();
    session.unwatch();
    await tick(here);
    expect([clock.sleeping, channel.subscriptions]).toEqual([0, 0]);
    await here.revokeAll("ada");
    await tick(here);
    expect(signal.aborted).toBe(false);
  });

  test("a connection that closes does the same, before or after it was asked for", async () => {
    const { here, clock, channel } = world();
    const ada = await browserOf(here);
    const connection = new AbortController();
    let asked = 0;
    const facts = {
      closed() {
        asked++;
        return connection.signal;
      },
    };
    const { session } = await ada.stream(here, facts);
    for (let again = 0; again < 20; again++) expect(session.signal.aborted).toBe(false);
    expect(asked).toBe(1);
    await tick(here);
    expect([clock.sleeping, channel.subscriptions]).toEqual([1, 2]);
    connection.abort();
    await ada.stream(here, facts);
    await tick(here);
    expect([clock.sleeping, channel.subscriptions]).toEqual([0, 0]);
  });

  test("of many watches none is left, however they end", async () => {
    const { here, clock, channel } = world({ maxPerUser: 1000 });
    const users = await Promise.all(
      Array.from({ length: WATCHES }, (_, n) => browserOf(here, `user ${n % (WATCHES / 10)}`)),
    );
    const streams = await Promise.all(users.map((user) => user.stream()));
    await tick(here);
    // One a user, and one for all.
    expect([clock.sleeping, channel.subscriptions]).toEqual([WATCHES, WATCHES / 10 + 1]);
    const unwatched = WATCHES * 0.3;
    for (const { session } of streams.slice(0, unwatched)) session.unwatch();
    for (let user = 0; user < WATCHES / 20; user++) await here.revokeAll(`user ${user}`);
    await here.revokeEveryone();
    await tick(here);
    expect(streams.slice(unwatched).every(({ signal }) => signal.aborted)).toBe(true);
    expect([clock.sleeping, channel.subscriptions]).toEqual([0, 0]);
  });
});

test("an anonymous session that is stored nowhere yet has an end as well, and not at once", async () => {
  const { here, process } = world();
  const there = process();
  let cookie = "";
  const exchange = here.begin({ cookie: null, secure: true });
  const session = await exchange.session.getOrCreate();
  const { signal } = session;
  await tick(here);
  expect(signal.aborted).toBe(false);
  session.data["basket"] = 1;
  await exchange.finish();
  const headers = new Headers();
  exchange.apply(headers);
  cookie = headers.getSetCookie().join().split(";", 1)[0] as string;
  await tick(here);
  expect(signal.aborted).toBe(false);
  const other = there.begin({ cookie, secure: true });
  await other.session.logout();
  await other.finish();
  await tick(here, there);
  expect(signal.aborted).toBe(true);
});

test("a stream goes on when its own request rotates", async () => {
  const { here } = world();
  const ada = await browserOf(here);
  const signal = await ada.request(async (session) => {
    const user = await session.requireUser();
    const { signal } = user;
    await user.rotate();
    return signal;
  });
  await tick(here);
  expect(signal.aborted).toBe(false);
});

test("a session that expires is told to nobody: every process has a clock", async () => {
  const { here, clock, channel } = world();
  for (let n = 0; n < 10; n++) await here.create({ n });
  await clock.advance(25 * 60 * MINUTE);
  channel.published.length = 0;
  expect(await here.sweep()).toBe(10);
  await tick(here);
  expect(channel.published).toEqual([]);
});

test("another application on the same store is not asked to look when everyone is revoked", async () => {
  const { here, process } = world();
  const shop = process({ namespace: "shop" });
  const { signal } = await (await browserOf(shop)).stream();
  await tick(shop);
  await here.revokeEveryone();
  await tick(here, shop);
  expect(signal.aborted).toBe(false);
});
