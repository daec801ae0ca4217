import { type Store, StoreUnavailableError, timeLimited } from "@sojourn/core";
import { memoryStore } from "@sojourn/memory";
import { createClient, fakeClock } from "@sojourn/testing";
import { expect, test } from "vitest";
import { browserAt, harness, SECRETS } from "./harness.ts";

// What attackers tried on other session libraries, tried on this one without HTTP. The letters are
// the rows of docs/security.md. Run with SOJOURN_FULL=1 the numbers are those of the attacks.
const FULL = process.env.SOJOURN_FULL === "1";
const SLOW = { timeout: 300_000 };

const ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

test(
  "made-up cookies by the thousand, logouts included, ask nothing of the store (A3, I1, I2)",
  SLOW,
  async () => {
    const { store, calls } = spied(memoryStore());
    const { sessions, clock } = harness({ store });
    const browser = browserAt(sessions, clock.now);
    const random = generator(1);
    for (let n = 0; n < (FULL ? 100_000 : 2_000); n++) {
      // As often as not of a token's length, and then of its version and kind.
      const length = n % 2 === 0 ? 112 : random(130);
      let value = Array.from({ length }, () => ALPHABET[random(64)]).join("");
      if (n % 4 === 0) value = (n % 8 === 0 ? "AQA" : "AQE") + value.slice(3);
      const cookie = `__Host-id=${value}; __Host-id-anon=${value}`;
      const path = n % 3 === 0 ? "/logout" : "/";
      const response = await browser.get(path, { cookie, hold: true });
      expect(response.status).toBe(401);
      for (const header of response.headers.getSetCookie()) expect(header).toMatch(/^[^=]+=;/);
    }
    expect(calls).toEqual([]);
  },
);

test("an id that is empty, short, long or a path never reaches the store (B10, J7)", async () => {
  const { store, calls } = spied(memoryStore());
  const { sessions } = harness({ store });
  const ids = [
    "",
    "0",
    "null",
    "undefined",
    "A".repeat(21),
    "A".repeat(23),
    "..",
    "../../etc/passwd",
    "..%2f..%2fetc%2fpasswd",
    "..\\..\\windows\\system.ini",
    "/".repeat(22),
    "../../../../../../../a",
    `${"A".repeat(21)}\n`,
    `${"A".repeat(22)}\n`,
    `${"A".repeat(21)}\u0000`,
    `${"A".repeat(21)}é`,
    "*",
    "sess:*",
  ];
  for (const id of ids) {
    expect(await sessions.revoke("ada", id)).toBe(false);
    expect(await sessions.open(id)).toBeNull();
    expect(await sessions.open(id.padEnd(112, "/"))).toBeNull();
  }
  expect(calls).toEqual([]);

  // Whatever a user is called, the store is given names of one alphabet and length.
  for (const userId of ids.filter((id) => id !== "")) {
    const { session } = await sessions.login(userId);
    expect((await sessions.list(userId)).sessions).toHaveLength(1);
    expect(await sessions.revoke(userId, session.handle)).toBe(true);
    await sessions.revokeAll(userId);
  }
  const places = calls.flatMap(({ given: [first] }) => (first as Place).partition ?? first);
  expect(places.length).toBeGreaterThan(ids.length * 3);
  for (const partition of places) expect(partition).toMatch(/^[\w-]{16}$/);
  for (const { given } of calls)
    expect((given[0] as Place).handle ?? "A").toMatch(/^([\w-]{22}|A)$/);
});

test("a cookie that nobody vouches for ends no session, whatever it names (C7)", async () => {
  const { store, calls } = spied(memoryStore());
  const { sessions, clock } = harness({ store });
  const ada = browserAt(sessions, clock.now);
  await ada.get("/login");
  await ada.get("/");
  await sessions.drain();
  const [cookie = ""] = (ada.cookieHeader() ?? "").split("; ");
  const token = cookie.slice("__Host-id=".length);
  const { handle } = (await sessions.list("ada")).sessions[0] ?? { handle: "" };
  const other = harness({ store, namespace: "admin" }).sessions;
  const foreign = await other.login("ada");
  calls.length = 0;

  const forged = [
    `__Host-id=${handle}`,
    `__Host-id=${token.slice(0, -1)}${token.endsWith("A") ? "B" : "A"}`,
    `__Host-id=${token.slice(0, 48)}${"A".repeat(64)}`,
    `__Host-id=${foreign.token}`,
    `__Host-id-anon=${token}`,
    `__Host-id-${handle}=${token}`,
    `__Host-id.${handle}=1; __Host-id_multi-${handle}=${handle}`,
    `__Host-id=${token}; __Host-id=${token}`,
  ];
  for (const each of forged) {
    await browserAt(sessions, clock.now).get("/logout", { cookie: each });
    expect([each, calls]).toEqual([each, []]);
  }
  expect((await ada.get("/")).status).toBe(200);
  expect(await other.open(foreign.token)).not.toBeNull();
});

test("a token opens nothing in the URL, the body, or another header or cookie (D5, ASVS 14.2.1)", async () => {
  const { store, calls } = spied(memoryStore());
  const { sessions, clock } = harness({ store });
  const { token } = await sessions.login("ada");
  const fetch = sessions.fetch(async (request, { session }) => {
    await request.arrayBuffer();
    const found = await session.get();
    return new Response(found?.userId ?? "nobody", { status: found === null ? 401 : 200 });
  });
  const client = createClient(fetch, { now: clock.now });
  calls.length = 0;
  const asked = [
    client.get(`/?__Host-id=${token}&id=${token}&sid=${token}`),
    client.get(`/;__Host-id=${token}/${token}#__Host-id=${token}`),
    client.post("/", { form: { "__Host-id": token, token } }),
    client.post("/", { json: { "__Host-id": token, token } }),
    client.get("/", { headers: { Authorization: `Bearer ${token}` } }),
    client.get("/", { headers: { "Session-Token": token, "X-Session-Id": token } }),
    ...["id", "__Secure-id", "__host-id", "__HOST-ID", "__Host-id-anon", "token"].map((name) =>
      client.get("/", { cookie: `${name}=${token}` }),
    ),
  ];
  for (const response of await Promise.all(asked)) expect(response.status).toBe(401);
  expect(calls).toEqual([]);
  const response = await client.get("/", { cookie: `__Host-id=${token}` });
  expect(await response.text()).toBe("ada");
});

test("of two cookies of one name neither is believed, unless only one is ours (F4)", async () => {
  const { store, calls } = spied(memoryStore());
  const { sessions, clock, events } = harness({ store });
  const site = harness({ store, cookie: { domain: "app.test" } });
  const [one, two] = [await sessions.login("ada"), await sessions.login("mallory")];
  const [first, second] = [await site.sessions.login("ada"), await site.sessions.login("mallory")];
  const look = async (of: typeof site, cookie: string) => {
    of.events.length = 0;
    const response = await browserAt(of.sessions, clock.now).get("/", { cookie });
    expect(response.headers.getSetCookie()).toEqual([]);
    const found = response.status === 200 ? (await response.json()).userId : null;
    return [found, of.events.map(({ reason }) => reason).filter((reason) => reason !== null)];
  };

  // A browser cannot hold two `__Host-` cookies of one name.
  const host = { sessions, clock, events, warnings: [] };
  calls.length = 0;
  for (const pair of [
    [one.token, two.token],
    [two.token, one.token],
    [one.token, one.token],
    [one.token, "A".repeat(112)],
  ]) {
    const cookie = pair.map((value) => `__Host-id=${value}`).join("; ");
    expect(await look(host, cookie)).toEqual([null, ["duplicate"]]);
  }
  expect(calls).toEqual([]);

  // With `domain` any sub-domain can add one: what is not ours is passed over, of two that are none counts.
  const both = (...values: string[]) => values.map((value) => `__Secure-id=${value}`).join("; ");
  expect(await look(site, both(first.token, first.token))).toEqual(["ada", []]);
  expect(await look(site, both("tossed", first.token))).toEqual(["ada", []]);
  expect(await look(site, both(first.token, one.token))).toEqual(["ada", []]);
  expect(await look(site, both(second.token, first.token))).toEqual([null, ["duplicate"]]);
  expect(await look(site, both(first.token, second.token))).toEqual([null, ["duplicate"]]);
});

test("on one store and one secret, an application's sessions are nothing to another (F5)", async () => {
  const { store, calls } = spied(memoryStore());
  const shop = harness({ store, cookie: { name: "shop" } });
  const admin = harness({ store, cookie: { name: "admin" } });
  const tenants = ["one", "two"].map((namespace) => harness({ store, namespace }).sessions);
  const all = [shop.sessions, admin.sessions, ...tenants];
  const tokens = await Promise.all(all.map(async (each) => (await each.login("ada")).token));
  const handles = await Promise.all(
    all.map(async (each) => (await each.list("ada")).sessions.map(({ handle }) => handle)),
  );
  for (const listed of handles) expect(listed).toHaveLength(1);
  expect(new Set(handles.flat()).size).toBe(all.length);

  for (const [i, sessions] of all.entries()) {
    calls.length = 0;
    for (const [j, token] of tokens.entries()) {
      if (i !== j) expect(await sessions.open(token)).toBeNull();
    }
    expect(calls).toEqual([]);
    for (const [j, [handle = ""]] of handles.entries()) {
      if (i !== j) expect(await sessions.revoke("ada", handle)).toBe(false);
    }
    expect(await sessions.open(tokens[i] ?? "")).not.toBeNull();
  }
  expect(await shop.sessions.revokeAll("ada")).toBe(1);
  expect(await shop.sessions.open(tokens[0] ?? "")).toBeNull();
  expect(await admin.sessions.open(tokens[1] ?? "")).not.toBeNull();
});

test("whatever is wrong with a token, the answer is the same (G5)", async () => {
  const { sessions, clock } = harness();
  const { token } = await sessions.login("ada");
  const ended = await sessions.login("ada");
  await sessions.destroy(ended.session);
  const rotated = await sessions.login("ada");
  await sessions.rotate(rotated.session);
  const ours = harness({ namespace: "another" });
  const theirs = harness({ secret: SECRETS[1] });
  const wrong = {
    none: "",
    short: "x",
    forged: `${token.slice(0, 60)}${token[60] === "A" ? "B" : "A"}${token.slice(61)}`,
    "of another namespace": (await ours.sessions.login("ada")).token,
    "under another secret": (await theirs.sessions.login("ada")).token,
    "of the other kind": (await sessions.create()).token,
    ended: ended.token,
    rotated: rotated.token,
  };
  const answers = new Set<string>();
  for (const value of Object.values(wrong)) {
    const browser = browserAt(sessions, clock.now);
    const response = await browser.get("/", { cookie: `__Host-id=${value}` });
    const { status, headers } = response;
    answers.add(JSON.stringify([status, [...headers], await response.text()]));
  }
  expect([...answers]).toHaveLength(1);
  expect([...answers][0]).toMatch(/^\[401,/);
});

test("each of the store's seven operations is given up when its time is over (I4)", async () => {
  const clock = fakeClock();
  const hang = () => new Promise<never>(() => {});
  const hanging: Store = {
    create: hang,
    read: hang,
    update: hang,
    delete: hang,
    list: hang,
    deleteAll: hang,
    sweep: hang,
  };
  const { powers, ...store } = timeLimited(hanging, 2_000, clock);
  expect(powers).toEqual({});
  const ref = { partition: "A".repeat(16), handle: "A".repeat(22) };
  const asked = {
    create: store.create({} as never, 0),
    read: store.read(ref, 0),
    update: store.update(ref, {}, 0),
    delete: store.delete(ref),
    list: store.list(ref.partition, 0, { limit: 1 }),
    deleteAll: store.deleteAll(ref.partition, 0),
    sweep: store.sweep(0, 1),
  };
  expect(Object.keys(asked).sort()).toEqual(Object.keys(store).sort());
  const ends = Object.values(asked).map((promise) => {
    const seen: { error?: unknown } = {};
    promise.catch((error: unknown) => (seen.error = error));
    return seen;
  });
  await clock.advance(1_999);
  for (const seen of ends) expect(seen.error).toBeUndefined();
  await clock.advance(1);
  for (const seen of ends) expect(seen.error).toBeInstanceOf(StoreUnavailableError);
  expect(clock.sleeping).toBe(0);
});

test("a login that meets nothing but taken handles gives up at once (I6, H3)", async () => {
  const { store, calls } = spied({
    ...memoryStore(),
    create: async () => ({ status: "exists" }),
  });
  const { sessions } = harness({ store });
  await expect(sessions.login("ada")).rejects.toThrow(StoreUnavailableError);
  expect(calls.filter(({ name }) => name === "create").length).toBeLessThan(4);
});

test("a page that is asked for by what is no handle, or larger than any, is not put to the store (J7, I5)", async () => {
  const { store, calls } = spied(memoryStore());
  const { sessions } = harness({ store });
  const { session } = await sessions.login("ada");
  calls.length = 0;
  for (const after of ["", "../../x", "\0", `${session.handle}x`]) {
    expect(await sessions.list("ada", { after })).toEqual({ sessions: [], next: null });
  }
  expect(calls).toEqual([]);
  for (const limit of [1e9, Infinity, -1, 0, NaN, 1.5]) {
    expect((await sessions.list("ada", { limit })).sessions).toHaveLength(1);
  }
  for (const { given } of calls) {
    const { limit } = given[2] as { limit: number };
    expect(Number.isInteger(limit) && limit >= 1 && limit <= 1_000).toBe(true);
  }
  calls.length = 0;
  await sessions.revokeAll("ada", { except: "../../x" });
  expect(calls.map(({ given }) => given[2]).at(-1)).toEqual({});
});

test(
  "of however many sessions a list shows a page, and a user has no more than the limit (I5)",
  SLOW,
  async () => {
    const { store, calls } = spied(memoryStore());
    const { sessions } = harness({ store, maxPerUser: 1_000 });
    const users = Array.from({ length: FULL ? 100 : 1 }, (_, n) => `user${n}`);
    for (const user of users) {
      for (let n = 0; n < 1_000; n++) await sessions.login(user);
    }
    // One more is one too many.
    await sessions.login("user0");
    calls.length = 0;

    const handles: string[] = [];
    let pages = 0;
    for (let after: string | null | undefined; after !== null && pages < 20; pages++) {
      const page = await sessions.list("user0", after === undefined ? {} : { after });
      expect(page.sessions.length).toBeLessThanOrEqual(100);
      handles.push(...page.sessions.map(({ handle }) => handle));
      after = page.next;
    }
    expect(new Set(handles).size).toBe(1_000);
    expect(handles).toHaveLength(1_000);
    expect(pages).toBeLessThanOrEqual(11);
    expect(calls).toHaveLength(pages);
    for (const { given } of calls) expect(given[2]).toMatchObject({ limit: 100 });
  },
);

test("of thousands of interleaved requests none sees another's session (J6)", SLOW, async () => {
  const { sessions } = harness({ maxPerUser: 1_000 });
  const count = FULL ? 10_000 : 2_000;
  const random = generator(2);
  let waiting: (() => void)[] = [];
  const pause = () => new Promise<void>((resolve) => waiting.push(resolve));
  const fetch = sessions.fetch(async (request, { session }) => {
    const asked = request.headers.get("X-Asked");
    await pause();
    const user = await session.requireUser();
    const before = user.userId;
    await pause();
    user.data[`k${asked}`] = before;
    await pause();
    const own = Object.values(user.data).every((value) => value === before);
    return Response.json({ asked, before, after: (await session.get())?.userId, own });
  });
  const cookies = await Promise.all(
    Array.from({ length: 100 }, async (_, n) => {
      const { token } = await sessions.login(`user${n}`);
      return `__Host-id=${token}`;
    }),
  );

  let left = count;
  const answers = Array.from({ length: count }, async (_, n) => {
    const headers = { Cookie: cookies[n % 100] ?? "", "X-Asked": String(n) };
    const response = await fetch(new Request("https://app.test/", { headers }));
    const body: unknown = await response.json();
    left--;
    expect(body).toEqual({
      asked: String(n),
      before: `user${n % 100}`,
      after: `user${n % 100}`,
      own: true,
    });
  });
  // Whoever waits goes on in an order of no meaning.
  const shuffling = (async () => {
    while (left > 0) {
      await new Promise((next) => setTimeout(next, 0));
      const going = waiting.sort(() => random(3) - 1);
      waiting = [];
      for (const resolve of going) resolve();
    }
  })();
  try {
    await Promise.all(answers);
  } finally {
    left = 0;
  }
  await shuffling;

  for (const [n, cookie] of cookies.entries()) {
    const session = await sessions.open(cookie.slice("__Host-id=".length));
    expect(Object.keys(session?.data ?? {})).toHaveLength(count / 100);
    expect(new Set(Object.values(session?.data ?? {}))).toEqual(new Set([`user${n}`]));
  }
});

interface Place {
  readonly partition?: string;
  readonly handle?: string;
}

interface Call {
  readonly name: string;
  readonly given: readonly unknown[];
}

/** The same store, which notes what it is asked. */
function spied(store: Store): { store: Store; calls: Call[] } {
  const calls: Call[] = [];
  const { powers = {}, ...seven } = store;
  const operations = Object.entries(seven).map(([name, operation]) => [
    name,
    (...given: unknown[]) => {
      calls.push({ name, given });
      return (operation as (...given: unknown[]) => unknown)(...given);
    },
  ]);
  return { store: { ...Object.fromEntries(operations), powers }, calls };
}

/** Numbers below a bound, the same in each run. */
function generator(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
    return (state >>> 8) % below;
  };
}
