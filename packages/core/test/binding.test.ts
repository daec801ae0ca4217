import {
  type BindingOptions,
  type Client,
  ConfigurationError,
  type RequestSession,
  type SessionEvent,
  type SessionsOptions,
} from "@sojourn/core";
import { memoryStore } from "@sojourn/memory";
import { describe, expect, test } from "vitest";
import { harness, SECRETS } from "./harness.ts";
import { plant, storedOf } from "./stored.ts";

// ASVS 8.2.4, the cheat sheet on cookie theft, NIST SP 800-63B-4 5.3.

const FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0";
const NEWER = FIREFOX.replaceAll("140.0", "141.0.2");
const CHROME =
  "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/139.0.0.0 Safari/537.36";

/** A client with an IPv4 address, as an adapter would describe it. */
function client(address: string | null, userAgent: string | null = FIREFOX): Client {
  const bytes = address?.split(".").map(Number) ?? [];
  const value = bytes.reduce((sum, byte) => sum * 256 + byte, 0);
  const network = (bits: number) =>
    address && `${Math.floor(value / 2 ** (32 - bits)) * 2 ** (32 - bits)}/${bits}`;
  return { address, userAgent, network };
}

const HOME = client("203.0.113.7");
const NEXT_DOOR = client("203.0.113.200");
const FAR = client("198.51.100.9");

function site(options: Partial<SessionsOptions> = {}) {
  const store = memoryStore();
  const world = harness({ store, ...options });
  let cookie: string | null = null;

  /** One request, with the cookie of the login unless another is given. */
  async function request<T>(
    from: Client,
    run: (session: RequestSession) => Promise<T>,
    sessions = world.sessions,
  ): Promise<T> {
    const exchange = sessions.begin({ cookie, secure: true, client: from });
    const headers = new Headers();
    try {
      return await run(exchange.session);
    } finally {
      await exchange.finish();
      exchange.apply(headers);
      const [given] = headers.getSetCookie();
      if (given !== undefined) cookie = given.split(";", 1)[0] as string;
      await sessions.drain();
    }
  }

  const login = (from: Client) => request(from, (session) => session.login("ada"));
  /** Who the server takes this client for. */
  const look = async (from: Client, sessions = world.sessions) =>
    (await request(from, (session) => session.get(), sessions))?.userId ?? null;
  const told = (type: SessionEvent["type"]) => world.events.filter((event) => event.type === type);
  return { ...world, store, request, login, look, told };
}

const bound = (binding: BindingOptions) => ({ binding, client: { address: "whole" } as const });

describe("what counts as another client", () => {
  const cases: readonly [BindingOptions["ip"], Client, boolean][] = [
    ["exact", HOME, false],
    ["exact", NEXT_DOOR, true],
    ["network", NEXT_DOOR, false],
    ["network", FAR, true],
    [{ ipv4: 25, ipv6: 64 }, NEXT_DOOR, true],
    [{ ipv4: 16, ipv6: 48 }, client("203.0.9.9"), false],
    [{ ipv4: 16, ipv6: 48 }, client("203.1.113.7"), true],
    [false, FAR, false],
    ["exact", client(null), true],
    ["network", { address: "203.0.113.7", userAgent: FIREFOX }, true],
    ["exact", { address: "203.0.113.7", userAgent: FIREFOX }, false],
  ];

  test.each(cases)("by address %j: %j, mismatch %s", async (ip, from, mismatch) => {
    const { login, look, told } = site(bound({ ip: ip as "exact", onMismatch: "reject" }));
    await login(HOME);
    expect(await look(from)).toBe(mismatch ? null : "ada");
    expect(told("binding_mismatch")).toHaveLength(mismatch ? 1 : 0);
  });

  test.each<[BindingOptions["userAgent"], string | null, boolean]>([
    ["family", FIREFOX, false],
    ["family", NEWER, false],
    ["family", CHROME, true],
    ["family", null, true],
    ["exact", NEWER, true],
    ["exact", FIREFOX, false],
    [false, CHROME, false],
    [false, null, false],
  ])("by user agent %j: %s, mismatch %s", async (userAgent, given, mismatch) => {
    const { login, look } = site(bound({ userAgent: userAgent as "exact", onMismatch: "reject" }));
    await login(HOME);
    expect(await look(client("203.0.113.7", given))).toBe(mismatch ? null : "ada");
  });

  test("an update of browser, system or build is none, however long the user agent is", async () => {
    const long = (version: string) =>
      `Mozilla/5.0 (Linux; Android 14; Pixel 8 Build/UQ1A.${version}; wv) Mobile/15E${version} Chrome/${version} ` +
      `[FBAN/FB4A;FBAV/${version};${"FBLC/en_US;".repeat(14)}FBOP/1]`.padEnd(250, "x");
    expect(long("1").length).toBeGreaterThan(256);
    const { login, look, told } = site({ binding: { onMismatch: "reject" } });
    await login(client(null, long("9.9")));
    for (const version of ["10.0.1", "100.0.1234.56", "9"]) {
      expect(await look(client(null, long(version)))).toBe("ada");
    }
    expect(await look(client(null, long("9").replace("Pixel", "Galaxy")))).toBeNull();
    expect(told("binding_mismatch")).toHaveLength(1);
  });

  test("an anonymous session is bound to nobody", async () => {
    const { request, events } = site(bound({ ip: "exact", onMismatch: "revoke" }));
    await request(HOME, async (session) => {
      (await session.getOrCreate()).data["basket"] = 1;
    });
    const data = await request(client("198.51.100.9", CHROME), async (session) => {
      return { ...(await session.get())?.data };
    });
    expect(data).toEqual({ basket: 1 });
    expect(events.map(({ type }) => type)).toEqual(["session_created", "session_accessed"]);
  });
});

describe("what is done about it", () => {
  test("reject: the request has no session, and its owner goes on", async () => {
    const { login, look, told } = site(bound({ ip: "network", onMismatch: "reject" }));
    await login(HOME);
    expect(await look(FAR)).toBeNull();
    expect(await look(FAR)).toBeNull();
    expect(await look(NEXT_DOOR)).toBe("ada");
    const was = { address: "203.0.113.7", userAgent: FIREFOX };
    expect(told("binding_mismatch")).toMatchObject(
      Array.from({ length: 2 }, () => ({
        reason: "address",
        action: "reject",
        userId: "ada",
        was,
        client: { address: "198.51.100.9", userAgent: FIREFOX },
      })),
    );
    expect(told("token_refused")).toMatchObject([{ reason: "binding" }, { reason: "binding" }]);
  });

  test("revoke: nobody has it any more", async () => {
    const { login, look, told, store, clock } = site(bound({ ip: "exact", onMismatch: "revoke" }));
    await login(HOME);
    expect(await look(FAR)).toBeNull();
    expect(await look(HOME)).toBeNull();
    expect(await storedOf(store, "ada", clock.now())).toEqual([]);
    expect(told("session_revoked")).toMatchObject([{ reason: "binding", userId: "ada" }]);
  });

  test("reauthenticate: locked for that client until its user has, and it is bound to that one then", async () => {
    const { login, look, request, told } = site(
      bound({ ip: "exact", onMismatch: "reauthenticate" }),
    );
    await login(HOME);
    expect(await look(FAR)).toBeNull();
    expect(await look(HOME)).toBe("ada");
    await request(FAR, async (session) => {
      expect((await session.locked())?.reason).toBe("binding");
      await expect(session.requireUser()).rejects.toThrow(/authenticate again \(binding\)/);
      await expect((await session.locked())?.reopen()).rejects.toThrow(/authenticate again/);
      await (await session.locked())?.reauthenticate({});
    });
    expect(await look(FAR)).toBe("ada");
    expect(await look(HOME)).toBeNull();
    expect(told("binding_mismatch").map((event) => "action" in event && event.action)).toContain(
      "reauthenticate",
    );
  });

  test("report: it goes on and is told once, with the client before and the client now (ASVS 8.2.4)", async () => {
    const { login, look, told } = site(bound({ ip: "exact" }));
    await login(HOME);
    expect(await Promise.all(Array.from({ length: 50 }, () => look(FAR)))).toEqual(
      Array.from({ length: 50 }, () => "ada"),
    );
    expect(told("binding_mismatch")).toMatchObject([
      {
        reason: "address",
        action: "report",
        handle: expect.stringMatching(/^[\w-]{22}$/),
        was: { address: "203.0.113.7", userAgent: FIREFOX },
        client: { address: "198.51.100.9", userAgent: FIREFOX },
      },
    ]);
    expect(await look(HOME)).toBe("ada");
    expect(told("binding_mismatch")).toHaveLength(2);
  });

  test("by default another family of user agents is reported, an update and another place are not", async () => {
    const { login, look, told } = site();
    await login(HOME);
    expect(await look(client("198.51.100.9", NEWER))).toBe("ada");
    expect(told("binding_mismatch")).toEqual([]);
    expect(await look(client("203.0.113.7", CHROME))).toBe("ada");
    expect(told("binding_mismatch")).toMatchObject([{ reason: "user-agent", action: "report" }]);
  });

  test("a function decides, and knows both clients", async () => {
    const asked: unknown[] = [];
    const { login, look } = site({
      binding: {
        ip: "network",
        onMismatch: async (mismatch) => {
          asked.push({ ...mismatch, client: mismatch.client.address });
          return mismatch.client.address === FAR.address ? "reject" : "report";
        },
      },
    });
    await login(HOME);
    expect(await look(FAR)).toBeNull();
    expect(await look(client("192.0.2.1"))).toBe("ada");
    expect(asked).toMatchObject([
      { part: "address", userId: "ada", client: "198.51.100.9", was: { userAgent: FIREFOX } },
      { part: "address", client: "192.0.2.1" },
    ]);
  });

  test("a function that throws lets nobody in, and neither does one that gives nonsense", async () => {
    const failing = site({
      binding: {
        ip: "exact",
        onMismatch: () => {
          throw new RangeError("down");
        },
      },
    });
    await failing.login(HOME);
    await expect(failing.look(FAR)).rejects.toThrow(RangeError);
    expect(await failing.look(HOME)).toBe("ada");

    for (const nonsense of ["allow", undefined, true, null]) {
      const { login, look } = site({
        binding: { ip: "exact", onMismatch: () => nonsense as "report" },
      });
      await login(HOME);
      await expect(look(FAR)).rejects.toThrow(ConfigurationError);
      await expect(look(FAR)).rejects.toThrow(/onMismatch gave none of/);
      expect(await look(HOME)).toBe("ada");
    }
  });
});

describe("what there is to hold against a client", () => {
  test("without an address nothing is bound, which an operator is told once", async () => {
    const { login, look, warnings } = site(bound({ ip: "exact", onMismatch: "revoke" }));
    await login(client(null));
    await login(client(null));
    expect(warnings).toEqual([expect.stringContaining("binding.ip is set")]);
    expect(await look(FAR)).toBe("ada");
  });

  test("a session from before is bound by its next login, and not cut off", async () => {
    const store = memoryStore();
    const before = site({ store });
    await before.login(HOME);
    const after = harness({ store, ...bound({ ip: "exact", onMismatch: "revoke" }) });
    expect(await before.look(FAR, after.sessions)).toBe("ada");
  });

  test("other prefixes are for logins to come: nobody is logged out by a deployment", async () => {
    const store = memoryStore();
    const before = site({ store, ...bound({ ip: "exact", onMismatch: "reject" }) });
    await before.login(HOME);
    const after = harness({ store, ...bound({ ip: "network", onMismatch: "reject" }) }).sessions;
    expect(await before.look(HOME, after)).toBe("ada");
    // Still by what it was bound to.
    expect(await before.look(NEXT_DOOR, after)).toBeNull();
    await before.request(HOME, (session) => session.login("ada"), after);
    expect(await before.look(NEXT_DOOR, after)).toBe("ada");
  });

  test("a list of secrets: a session that the old one bound is bound still", async () => {
    const store = memoryStore();
    const options = bound({ ip: "exact", onMismatch: "reject" });
    const before = site({ store, secret: SECRETS[0], ...options });
    await before.login(HOME);
    const { sessions } = harness({ store, secret: [SECRETS[1], SECRETS[0]], ...options });
    expect(await before.look(HOME, sessions)).toBe("ada");
    expect(await before.look(FAR, sessions)).toBeNull();
  });

  test("a record whose facts are damaged is corrupt, and nobody's", async () => {
    for (const facts of ["{", "[]", '{"b":1}', '{"c":["x"]}', '{"c":[1,2]}', '"x"', ""]) {
      const { login, look, store, clock, told } = site(bound({ ip: "exact" }));
      await login(HOME);
      const [record] = await storedOf(store, "ada", clock.now());
      if (record === undefined) throw new Error("no record");
      await plant(store, record, { facts }, clock.now());
      expect(await look(HOME)).toBeNull();
      expect(told("record_corrupt")).toHaveLength(1);
    }
    for (const seal of ["", "x", "32.128", "32.128.", "a.b.c", "24.56.zzzz", "99.999.x", "0.0.x"]) {
      const { login, look, store, clock } = site(bound({ ip: "exact", onMismatch: "reject" }));
      await login(HOME);
      const [record] = await storedOf(store, "ada", clock.now());
      if (record === undefined) throw new Error("no record");
      const facts = JSON.stringify({ ...JSON.parse(record.facts ?? "{}"), b: seal });
      await plant(store, record, { facts }, clock.now());
      expect(await look(HOME)).toBeNull();
    }
  });
});

describe("addresses are personal data", () => {
  test.each(["truncated", "hashed", "none"] as const)(
    "%s: no whole address in the store, in events, in lists or in warnings",
    async (address) => {
      for (const onMismatch of ["report", "reject", "reauthenticate", "revoke"] as const) {
        const world = site({ client: { address }, binding: { ip: "exact", onMismatch } });
        await world.login(HOME);
        await world.look(HOME);
        await world.look(FAR);
        const { sessions, store, clock, events, warnings } = world;
        const kept = JSON.stringify([
          await storedOf(store, "ada", clock.now()),
          await sessions.list("ada"),
          await sessions.exportUser("ada"),
          events,
          warnings,
        ]);
        expect(kept).toContain("binding_mismatch");
        for (const whole of ["203.0.113.7", "198.51.100.9"]) expect(kept).not.toContain(whole);
      }
    },
  );

  test("whole: as it is; hashed: the same for one address, another with another secret", async () => {
    const addressOf = async (address: "whole" | "hashed", secret: string, from: Client) => {
      const { login, sessions } = site({ client: { address }, secret });
      await login(from);
      return (await sessions.list("ada")).sessions[0]?.client?.address;
    };
    expect(await addressOf("whole", SECRETS[0], HOME)).toBe("203.0.113.7");
    const hashed = await addressOf("hashed", SECRETS[0], HOME);
    expect(hashed).toMatch(/^[\w-]{22}$/);
    expect(await addressOf("hashed", SECRETS[0], HOME)).toBe(hashed);
    expect(await addressOf("hashed", SECRETS[0], NEXT_DOOR)).not.toBe(hashed);
    expect(await addressOf("hashed", SECRETS[1], HOME)).not.toBe(hashed);
  });

  test("the list shows where its user was last, as of the last touch", async () => {
    const { login, look, sessions, clock } = site({ client: { address: "whole" } });
    const where = async () => (await sessions.list("ada")).sessions[0]?.client?.address;
    await login(HOME);
    await look(HOME);
    expect(await look(FAR)).toBe("ada");
    expect(await where()).toBe("203.0.113.7");
    await clock.advance(16 * 60_000);
    await look(FAR);
    expect(await where()).toBe("198.51.100.9");
  });
});

describe("a stranger's text is no line of a log (CWE-117)", () => {
  test.each([
    ["a\r\nlogin ok", "a??login ok"],
    ["a\u0000\u001b[31m\u007f\u0085\u009f", "a??[31m???"],
    ["a\u2028b\u2029c", "a?b?c"],
    ["\u202eevil\u202c \u2066x\u2069 \u200e\u200f\u061c", "?evil? ?x? ???"],
    ["\ud83d\ude00 whole", "\ud83d\ude00 whole"],
    ["\ud83d half \ude00", "? half ?"],
    [`${"x".repeat(255)}\ud83d\ude00`, `${"x".repeat(255)}?`],
    ["x".repeat(10_000), "x".repeat(256)],
  ])("%j", async (userAgent, kept) => {
    const { login, look, events, sessions } = site();
    await login(client(null, userAgent));
    expect(events[0]?.client?.userAgent).toBe(kept);
    expect((await sessions.list("ada")).sessions[0]?.client?.userAgent).toBe(kept);
    // It is the same client when it comes again.
    await look(client(null, userAgent));
    expect(events.map(({ type }) => type)).not.toContain("binding_mismatch");
    for (const event of events) expect(JSON.stringify(event).isWellFormed()).toBe(true);
  });
});

test.each([
  [{ adress: true }, "binding.adress: no such option"],
  [{ ip: true }, "binding.ip: write"],
  [{ ip: { ipv4: 0, ipv6: 64 } }, "binding.ip: write"],
  [{ ip: { ipv4: 24 } }, "binding.ip: write"],
  [{ ip: { ipv4: 24, ipv6: 129 } }, "binding.ip: write"],
  [{ ip: null }, "binding.ip: write"],
  [{ userAgent: true }, "binding.userAgent: write"],
  [{ onMismatch: "ignore" }, "binding.onMismatch: write"],
  [false, "binding: give it an object"],
])("binding %j is refused when configured", (binding, message) => {
  expect(() => harness({ binding: binding as BindingOptions })).toThrow(message);
});

test.each([{ address: "full" }, { adress: "none" }, "none"])(
  "client %j is refused when configured",
  (given) => {
    expect(() => harness({ client: given as { address: "none" } })).toThrow(ConfigurationError);
  },
);
