import { type CookieOptions, createSessions, type SessionEvent } from "@sojourn/core";
import { memoryStore } from "@sojourn/memory";
import { randomBytes } from "node:crypto";
import { createShop, logIn } from "./support/shop.ts";
import { serve } from "./support/site.ts";
import { describe, expect, test } from "./support/test.ts";

// What Chromium sends, and who that is to us. The parser alone is tested by packages/core/test/cookie.test.ts
// under the same names; here no header is made up.

/** An application that knows ada and mallory, each by a token. */
async function application(cookie: CookieOptions = {}) {
  const events: SessionEvent[] = [];
  const sessions = createSessions({
    store: memoryStore(),
    secret: randomBytes(32).toString("base64"),
    cookie,
    onEvent: (event) => void events.push(event),
  });
  const [ada, mallory] = await Promise.all([sessions.login("ada"), sessions.login("mallory")]);
  events.length = 0;

  /** Who sends this header, and why nobody is believed where one of our cookies is in it. */
  async function who(header: string | null): Promise<string | null> {
    const exchange = sessions.begin({ cookie: header, secure: true });
    const userId = (await exchange.session.peek())?.userId;
    const refused = events.splice(0).find(({ type }) => type === "token_refused");
    return userId ?? refused?.reason ?? null;
  }

  return { ada: ada.token, mallory: mallory.token, who };
}

type Application = Awaited<ReturnType<typeof application>>;

interface Vector {
  readonly title: string;
  readonly cookie?: CookieOptions;
  readonly set: (app: Application) => readonly string[];
  /** What Chromium sends then, with ADA and MALLORY for the tokens. */
  readonly sends: string | null;
  readonly who: "ada" | "malformed" | "duplicate" | null;
}

const HOST = "; Secure; Path=/";
const secure = { prefix: "__Secure-" } as const;

const vectors: readonly Vector[] = [
  {
    title: "P1: a session among others' cookies is found, before and behind them",
    set: ({ ada }) => [`x=1${HOST}`, `  __Host-id  =  ${ada} ${HOST}`, `y=2${HOST}`],
    sends: "x=1; __Host-id=ADA; y=2",
    who: "ada",
  },
  {
    title: "P2: a comma in another's value begins no cookie",
    set: ({ mallory }) => [`x=1, __Host-id=${mallory}${HOST}`],
    sends: "x=1, __Host-id=MALLORY",
    who: null,
  },
  ...["\xA0", "\xC2\xA0", "\xE2\x80\x80", "\xEF\xBB\xBF", "\x85"].map((blank): Vector => {
    return {
      title: `P3: ${JSON.stringify(blank)} in front is a part of the name, which a sub-domain may set`,
      set: ({ mallory }) => [`${blank}__Host-id=${mallory}; Domain=app.test${HOST}`],
      sends: `${blank}__Host-id=MALLORY`,
      who: null,
    };
  }),
  {
    title: "P4: $Version and $Path are names like others",
    set: ({ ada }) => [`$Version=1${HOST}`, `$Path=/${HOST}`, `__Host-id=${ada}${HOST}`],
    sends: "$Version=1; $Path=/; __Host-id=ADA",
    who: "ada",
  },
  {
    title: "P5: two paths, one token: the session",
    cookie: secure,
    set: ({ ada }) => [`__Secure-id=${ada}${HOST}`, `__Secure-id=${ada}; Secure; Path=/show`],
    sends: "__Secure-id=ADA; __Secure-id=ADA",
    who: "ada",
  },
  {
    title: "P5: two paths, two tokens: nobody, the longer path first or not",
    cookie: secure,
    set: ({ ada, mallory }) => [
      `__Secure-id=${ada}${HOST}`,
      `__Secure-id=${mallory}; Secure; Path=/show; Domain=app.test`,
    ],
    sends: "__Secure-id=MALLORY; __Secure-id=ADA",
    who: "duplicate",
  },
  {
    title: "P5: two paths, and one of the two is no token: the session",
    cookie: secure,
    set: ({ ada }) => [`__Secure-id=${ada}${HOST}`, "__Secure-id=evil; Secure; Path=/show"],
    sends: "__Secure-id=evil; __Secure-id=ADA",
    who: "ada",
  },
  {
    title: "P5: a __Host- name cannot be had twice",
    set: ({ ada, mallory }) => [
      `__Host-id=${ada}${HOST}`,
      `__Host-id=${mallory}; Secure; Path=/show`,
      `__Host-id=${mallory}${HOST}; Domain=app.test`,
    ],
    sends: "__Host-id=ADA",
    who: "ada",
  },
  {
    title: "P5: unless one of the two is partitioned",
    set: ({ ada, mallory }) => [
      `__Host-id=${ada}${HOST}`,
      `__Host-id=${mallory}${HOST}; Partitioned`,
    ],
    sends: "__Host-id=ADA; __Host-id=MALLORY",
    who: "duplicate",
  },
  {
    title: "P6: another case is another name",
    set: ({ ada, mallory }) => [`__HOST-id=${mallory}${HOST}`, `__Host-id=${ada}${HOST}`],
    sends: "__HOST-id=MALLORY; __Host-id=ADA",
    who: "ada",
  },
  {
    title: "P7: a name without a value is nobody",
    set: () => [`__Host-id=${HOST}`, `id${HOST}`],
    sends: "__Host-id=; id",
    who: null,
  },
  { title: "P7: no cookie is nobody", set: () => [], sends: null, who: null },
  {
    title: "P8: quotes are a part of the value, and in no token",
    set: ({ ada }) => [`__Host-id="${ada}"${HOST}`],
    sends: '__Host-id="ADA"',
    who: "malformed",
  },
  {
    title: "P9: nothing is decoded",
    set: ({ ada }) => [`__Host-id=%41${ada.slice(1)}${HOST}`],
    sends: "__Host-id=%41DA",
    who: "malformed",
  },
  {
    title: "P10: names of Object.prototype are names like others",
    set: ({ ada }) => [`__proto__=1${HOST}`, `constructor=2${HOST}`, `__Host-id=${ada}${HOST}`],
    sends: "__proto__=1; constructor=2; __Host-id=ADA",
    who: "ada",
  },
  {
    title: "P13: a value without a name is no cookie of ours",
    set: ({ ada }) => [`__Host-id=${ada}${HOST}`, `bar${HOST}`],
    sends: "__Host-id=ADA; bar",
    who: "ada",
  },
];

describe("of what Chromium sends", () => {
  test("P12: over HTTP/2 each cookie is a header of its own, and the session is among them", async ({
    certificate,
    page,
  }) => {
    const shop = createShop();
    let lines: readonly string[] = [];
    const site = await serve(certificate, {
      "app.test": (req, res) => {
        lines = req.rawHeaders.filter((_, at, all) => all[at - 1] === "cookie");
        if (req.url !== "/cookies") return shop.listener(req, res);
        res.setHeader("Set-Cookie", ["x=1", "y=2"]);
        res.end();
      },
    });
    await page.goto(`${site.origin()}/cookies`);
    await page.goto(site.origin());
    await logIn(page, "ada");
    expect(lines).toEqual(["x=1", "y=2", expect.stringMatching(/^__Host-id=[\w-]{112}$/)]);
  });

  for (const { title, cookie, set, sends, who } of vectors) {
    test(title, async ({ raw, jar: _empty }) => {
      const app = await application(cookie);
      await raw.set(set(app));
      const header = await raw.sent("/show");
      // A token begins with an A, its version: what may be decoded to one differs only there.
      const shown = header?.replaceAll(app.ada.slice(1), "DA").replaceAll(app.mallory, "MALLORY");
      expect([shown ?? null, await app.who(header)]).toEqual([sends, who]);
    });
  }

  test("P11: of 100 KB in 25 cookies a session's that came first is read, and one that came last is not", async ({
    raw,
    jar: _empty,
  }) => {
    const app = await application();
    const others = Array.from({ length: 25 }, (_, at) => `x${at}=${"x".repeat(4000)}${HOST}`);
    const session = `__Host-id=${app.ada}${HOST}`;
    await raw.set([session, ...others]);
    const first = await raw.sent();
    expect(first?.length).toBeGreaterThan(100_000);
    expect(first).toMatch(/^__Host-id=/);
    expect(await app.who(first)).toBe("ada");
    // Set again, it goes to the end.
    await raw.set([`__Host-id=; Max-Age=0${HOST}`]);
    await raw.set([session]);
    const last = await raw.sent();
    expect(last).toMatch(/; __Host-id=[\w-]+$/);
    expect(await app.who(last)).toBeNull();
  });
});
