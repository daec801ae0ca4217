import { describe, expect, it } from "vitest";
import {
  type CookieOptions,
  cookieValues,
  deletionCookie,
  resolveCookies,
  serializeCookie,
} from "../src/cookie.ts";
import { ConfigurationError, TooLargeError } from "../src/errors.ts";

// S31 (the browser evicts cookies past about 180 a host) is about the browser's jar alone: it belongs
// to a test in a browser. Of the others, what the jar does is in the title where it is the reason.

function user(options?: CookieOptions) {
  return resolveCookies(options).user;
}

/** What a caller without types may pass. */
function refusal(options: Record<string, unknown>): string {
  try {
    resolveCookies(options as CookieOptions);
  } catch (error) {
    expect(error).toBeInstanceOf(ConfigurationError);
    return (error as Error).message;
  }
  throw new Error(`accepted: ${JSON.stringify(options)}`);
}

function written(options?: CookieOptions) {
  return serializeCookie(user(options), "A");
}

describe("the cookie without options", () => {
  it("F2, ASVS 3.3.1-4: is __Host-id with Secure, HttpOnly, Path=/, SameSite=Lax and no more", () => {
    expect(written()).toBe("__Host-id=A; Path=/; Secure; HttpOnly; SameSite=Lax");
  });

  it("NIST 5.1: ends with the browser, having neither Max-Age nor Expires", () => {
    expect(written()).not.toMatch(/max-age|expires/i);
  });

  it("of an anonymous session has a name of its own and the same attributes", () => {
    const cookies = resolveCookies(undefined);
    expect(cookies.anonymous).toEqual({ ...cookies.user, name: "__Host-id-anon" });
  });

  it("is SameSite=Strict where that is the default, until the application says otherwise", () => {
    const strict = { sameSite: "Strict" } as const;
    expect(resolveCookies({}, strict).user.attributes).toContain("SameSite=Strict");
    expect(resolveCookies({ sameSite: "Lax" }, strict).user.attributes).toContain("SameSite=Lax");
    expect(resolveCookies({ embedded: true }, strict).user.attributes).toContain("SameSite=None");
  });
});

describe("each choice shows in the header", () => {
  const tail = "; Secure; HttpOnly; SameSite=Lax";
  const cases: [CookieOptions, string][] = [
    [{ name: "shop_1" }, `__Host-shop_1=A; Path=/${tail}`],
    [{ path: "/" }, `__Host-id=A; Path=/${tail}`],
    [{ prefix: "__Secure-" }, `__Secure-id=A; Path=/${tail}`],
    [{ prefix: "__Secure-", path: "/admin" }, `__Secure-id=A; Path=/admin${tail}`],
    [{ prefix: "__Http-", path: "/admin" }, `__Http-id=A; Path=/admin${tail}`],
    [{ domain: "example.com" }, `__Secure-id=A; Path=/; Domain=example.com${tail}`],
    [
      { domain: "example.com", prefix: "__Http-", path: "/a" },
      `__Http-id=A; Path=/a; Domain=example.com${tail}`,
    ],
    [{ sameSite: "Strict" }, "__Host-id=A; Path=/; Secure; HttpOnly; SameSite=Strict"],
    [
      { sameSite: "None", partitioned: false },
      "__Host-id=A; Path=/; Secure; HttpOnly; SameSite=None",
    ],
    [
      { sameSite: "None", partitioned: true },
      "__Host-id-partitioned=A; Path=/; Secure; HttpOnly; SameSite=None; Partitioned",
    ],
    [
      { embedded: true },
      "__Host-id-partitioned=A; Path=/; Secure; HttpOnly; SameSite=None; Partitioned",
    ],
    [{ embedded: false, partitioned: false }, `__Host-id=A; Path=/${tail}`],
  ];
  it.each(cases)("F3: %o gives %s", (options, header) => {
    expect(written(options)).toBe(header);
  });

  it("and an option that is undefined is as good as absent", () => {
    const options = { name: undefined, prefix: undefined, domain: undefined, embedded: undefined };
    expect(resolveCookies(options as unknown as CookieOptions)).toEqual(resolveCookies(undefined));
  });
});

describe("the serializer, by the vectors", () => {
  it("S1, ASVS 3.3.5: name and value of 4,096 bytes are written, of 4,097 refused", () => {
    const attributes = user().attributes;
    for (const [name, value] of [
      [1, 4095],
      [4095, 1],
      [9, 4087],
    ] as const) {
      const template = { name: "n".repeat(name), attributes };
      expect(serializeCookie(template, "v".repeat(value))).toContain("; Path=/");
      expect(() => serializeCookie(template, "v".repeat(value + 1))).toThrow(TooLargeError);
    }
  });

  it("S1: no name can be configured that leaves a token no room", () => {
    expect(refusal({ name: "n".repeat(129) })).toMatch(/name/);
    expect(serializeCookie(user({ name: "n".repeat(128) }), "v".repeat(112))).toContain("; Path=/");
  });

  it("S2: a path of 1,024 bytes is written, of 1,025 refused", () => {
    const path = `/${"p".repeat(1023)}` as const;
    expect(written({ prefix: "__Secure-", path })).toContain(`Path=${path};`);
    expect(refusal({ prefix: "__Secure-", path: `${path}p` })).toMatch(/path.*1,024/);
  });

  it.each([false, true, undefined, 0])("S3, S25, ASVS 3.3.1: Secure is no option (%s)", (value) => {
    const message = /cookie\.secure.*always on.*http:\/\/localhost.*Remove it/;
    expect(refusal({ secure: value })).toMatch(message);
  });

  it.each([false, true])("S25, ASVS 3.3.4: HttpOnly is no option (%s)", (value) => {
    expect(refusal({ httpOnly: value })).toMatch(/cookie\.httpOnly.*always on.*Remove it/);
  });

  it("S4: Path is always written", () => {
    expect(written()).toContain("; Path=/;");
    expect(refusal({ prefix: "__Secure-", path: "" })).toMatch(/path/);
  });

  it("S5, ASVS 3.3.3: __Host- with another path is refused, with the prefix to write instead", () => {
    expect(refusal({ path: "/set" })).toMatch(/cookie\.path.*__Host-.*"__Secure-"/);
    expect(refusal({ path: "/set", prefix: "__Host-Http-" })).toMatch(/cookie\.path.*"__Secure-"/);
  });

  it("S5, ASVS 3.3.3: __Host- with a domain is refused, with the prefix to write instead", () => {
    for (const prefix of ["__Host-", "__Host-Http-"]) {
      const message = refusal({ prefix, domain: "app.test" });
      expect(message).toMatch(/cookie\.domain.*__Host-.*"__Secure-"/);
    }
  });

  it("S6: an empty domain is refused, where a browser would ignore it", () => {
    expect(refusal({ domain: "" })).toMatch(/domain/);
  });

  it.each(["__HOST-", "__hOsT-", "__SECURE-", "__http-", "__Host", "", "__host-http-", null])(
    "S7: the prefix %o is refused: browsers match any case, so there is one spelling",
    (prefix) => {
      expect(refusal({ prefix })).toMatch(/prefix: write __Host- or __Host-Http- or __Secure- or/);
    },
  );

  it.each(["__HOST-a", "__hOsT-a", "__SECURE-a", "__Host-a", "__http-a", "__Host-Http-a"])(
    "S7: a prefix in the name is refused: %s",
    (name) => {
      expect(refusal({ name })).toMatch(/name.*without prefix/);
      expect(refusal({ name, prefix: "__Secure-" })).toMatch(/name.*without prefix/);
    },
  );

  it("S8: __Secure- is Secure, with a domain and without", () => {
    expect(written({ prefix: "__Secure-" })).toContain("; Secure;");
    expect(written({ domain: "app.test" })).toContain("; Domain=app.test; Secure;");
  });

  it("S9, S10: __Http- and __Host-Http- are Secure and HttpOnly, and the latter has no domain", () => {
    expect(written({ prefix: "__Http-" })).toContain("; Secure; HttpOnly;");
    expect(written({ prefix: "__Host-Http-" })).toBe(
      "__Host-Http-id=A; Path=/; Secure; HttpOnly; SameSite=Lax",
    );
    expect(refusal({ prefix: "__Host-Http-", domain: "app.test" })).toMatch(/domain/);
  });

  it.each(["", "=", " ", "=__Host-a", "a=b", ";a", "__Secure-"])(
    "S11, S12, S13: a nameless or split cookie is not written: name %o",
    (name) => {
      expect(refusal({ name })).toMatch(/name/);
    },
  );

  it("S11, S13, B10: an empty value is not written", () => {
    expect(() => serializeCookie(user(), "")).toThrow(TypeError);
  });

  it("S14, S15: a control character or HTAB is refused in value, name, path and domain", () => {
    const controls = Array.from({ length: 32 }, (_, code) => code).concat(0x7f);
    for (const code of controls) {
      const bad = `a${String.fromCharCode(code)}b`;
      expect(() => serializeCookie(user(), bad)).toThrow(TypeError);
      expect(() => serializeCookie(user(), bad.slice(0, 2))).toThrow(TypeError);
      expect(refusal({ name: bad })).toMatch(/name/);
      expect(refusal({ name: bad.slice(0, 2) })).toMatch(/name/);
      expect(refusal({ prefix: "__Secure-", path: `/${bad}` })).toMatch(/path/);
      expect(refusal({ domain: `${bad}.test` })).toMatch(/domain/);
      expect(refusal({ domain: `${bad.slice(1)}.test` })).toMatch(/domain/);
    }
  });

  it.each(['"b"', '"b c"', 'b"c', '"b;c"', "b;c", "b,c", "b\\c", "b c", "é", "\u2603", "%20%3B"])(
    "S16, S17, S18: the value %o is refused, and not repeated in the error",
    (value) => {
      expect(() => serializeCookie(user(), value)).toThrow(/^A cookie's value is base64url\.$/);
    },
  );

  it.each([" b ", "b;", "b=c", "b="])(
    "S19: the value %o, which a jar may read otherwise, is refused",
    (value) => {
      expect(() => serializeCookie(user(), value)).toThrow(TypeError);
    },
  );

  it("S20: one cookie is one header value", () => {
    expect(serializeCookie(user(), "A", 5)).not.toContain(",");
    expect(() => serializeCookie(user(), "1, b=2")).toThrow(TypeError);
  });

  it.each([0, 1, 100])("S21: Max-Age %i is written", (seconds) => {
    expect(serializeCookie(user(), "A", seconds)).toMatch(new RegExp(`; Max-Age=${seconds}$`));
  });

  it("S21: Max-Age -0 is written as 0", () => {
    expect(serializeCookie(user(), "A", -0)).toMatch(/; Max-Age=0$/);
  });

  it.each([-1, 1.5, Number.NaN, Number.POSITIVE_INFINITY, "100", "1a", "", "+10", null])(
    "S21: Max-Age %o is refused",
    (seconds) => {
      expect(() => serializeCookie(user(), "A", seconds as number)).toThrow(TypeError);
    },
  );

  it.each([34_560_000, 34_560_001, 99_999_999_999])(
    "S22: Max-Age %i is at most 400 days",
    (seconds) => {
      expect(serializeCookie(user(), "A", seconds)).toMatch(/; Max-Age=34560000$/);
    },
  );

  it("S23: Expires is never written, so it cannot contradict Max-Age", () => {
    expect(serializeCookie(user(), "A", 100) + deletionCookie(user())).not.toMatch(/expires/i);
  });

  it.each(["foo", "", "STRICT", "lax", "Strict;None", "None ", null, true])(
    "S24: SameSite %o is refused",
    (sameSite) => {
      expect(refusal({ sameSite, partitioned: false })).toMatch(
        /sameSite: write Lax or Strict or None/,
      );
    },
  );

  it("S24, CWE-1275: SameSite=None takes a second word, and both ways to say it are named", () => {
    expect(refusal({ sameSite: "None" })).toMatch(/embedded: true.*partitioned: false/);
    expect(written({ sameSite: "None", partitioned: false })).toContain("; Secure;");
  });

  it.each(["foo", "foo/", " /", "", "/;a", "/a b", "/é", "/\u2603", null, 5])(
    "S26: the path %o is refused",
    (path) => {
      expect(refusal({ prefix: "__Secure-", path })).toMatch(/path: write "\/\.\.\."/);
    },
  );

  it("S27: a domain in lower case with two labels is written as it is", () => {
    for (const domain of ["app.test", "a.b.example.com", "xn--bcher-kva.example", "1a.test"]) {
      expect(written({ domain })).toContain(`; Domain=${domain};`);
    }
  });

  it.each([
    ".app.test",
    "APP.TEST",
    "test",
    "localhost",
    "app.test.",
    "app..test",
    "127.0.0.1",
    "[::1]",
    "app.test:8080",
    "https://app.test",
    "bücher.example",
    "app.test/",
    "app.test; Path=/x",
    "app.test, b=c",
    `${"a".repeat(250)}.test`,
    null,
    5,
  ])("S27: the domain %o is refused", (domain) => {
    expect(refusal({ domain })).toMatch(/domain: write it as "example\.com"/);
  });

  it("P5: a partitioned cookie has a name of its own, since browsers keep it beside the other", () => {
    expect(resolveCookies({ partitioned: true }).user.name).toBe("__Host-id-partitioned");
    expect(resolveCookies({ embedded: true }).anonymous.name).toBe("__Host-id-partitioned-anon");
    expect(resolveCookies({ embedded: true, name: "mine" }).user.name).toBe("__Host-mine");
  });

  it("S28: Partitioned is always Secure, on one host", () => {
    expect(written({ embedded: true })).toMatch(/; Secure;.*; Partitioned$/);
    expect(written({ partitioned: true })).toMatch(/; Secure;.*; Partitioned$/);
    expect(refusal({ partitioned: true, domain: "app.test" })).toMatch(/domain: not with part/);
    expect(refusal({ embedded: true, domain: "app.test" })).toMatch(/domain: not with part/);
  });

  it.each([{ sameSite: "Lax" }, { sameSite: "Strict" }, { partitioned: false }])(
    "S28: embedded cannot be taken back halfway: %o",
    (half) => {
      expect(refusal({ embedded: true, ...half })).toMatch(/embedded.*Remove sameSite and/);
    },
  );

  it.each([{ embedded: "false" }, { partitioned: "true" }, { embedded: null }, { partitioned: 0 }])(
    "S28: a flag is true or false: %o",
    (flag) => {
      const [name] = Object.keys(flag);
      expect(refusal(flag)).toContain(`cookie.${name}: write true or false`);
    },
  );

  it("S29: the two cookies never share a name, in whatever application on the host", () => {
    const { user: one, anonymous } = resolveCookies({ name: "a" });
    expect(one.name).not.toBe(anonymous.name);
    expect(refusal({ name: "a-anon" })).toMatch(/-anon/);
    expect(refusal({ name: "a-ANON" })).toMatch(/-anon/);
  });

  it("S30: the deletion repeats name and attributes, for every configuration", () => {
    const configurations: CookieOptions[] = [
      {},
      { embedded: true },
      { prefix: "__Secure-", path: "/admin" },
      { domain: "app.test", sameSite: "Strict" },
    ];
    for (const options of configurations) {
      for (const template of Object.values(resolveCookies(options))) {
        const created = serializeCookie(template, "A");
        expect(deletionCookie(template)).toBe(`${created.replace("=A;", "=;")}; Max-Age=0`);
      }
    }
  });

  it("S30: the deletion of the default cookie, literally", () => {
    expect(deletionCookie(user())).toBe(
      "__Host-id=; Path=/; Secure; HttpOnly; SameSite=Lax; Max-Age=0",
    );
  });

  it("an option that does not exist is refused by name", () => {
    expect(refusal({ maxAge: 5 })).toMatch(/cookie\.maxAge: no such option/);
    expect(refusal({ samesite: "Lax" })).toMatch(/cookie\.samesite: no such option/);
  });
});

describe("the parser, by the vectors", () => {
  const sid = (header: string | null | undefined) => cookieValues(header, "sid");

  it.each([
    "sid=A; x=1",
    "x=1;sid=A",
    "x=1;  sid = A ",
    "x=1;\tsid\t=\tA\t;y=2",
    "sid=A;",
    "sid=A",
  ])("P1: %o holds A", (header) => {
    expect(sid(header)).toEqual(["A"]);
  });

  it("P2: a comma does not begin a cookie", () => {
    expect(sid("x=1, sid=evil")).toEqual([]);
    expect(sid("x=1,sid=evil; y=2,sid=evil")).toEqual([]);
  });

  it.each([
    "\xA0",
    "\xC2\xA0",
    "\xE2\x80\x80",
    "\xEF\xBB\xBF",
    "\x85",
    "\u2000",
    "\uFEFF",
    "\v",
    "\f",
  ])("P3, F1: %o before the name makes it another name", (blank) => {
    expect(cookieValues(`${blank}__Host-sid=evil`, "__Host-sid")).toEqual([]);
    expect(cookieValues(`x=1; ${blank}__Host-sid=evil`, "__Host-sid")).toEqual([]);
    expect(cookieValues(`__Host-sid${blank}=evil`, "__Host-sid")).toEqual([]);
    expect(cookieValues(`${blank}__Host-sid=evil; __Host-sid=A`, "__Host-sid")).toEqual(["A"]);
  });

  it("P3: such white space at the end of a value stays, and no token ends so", () => {
    expect(sid("sid=A\xA0")).toEqual(["A\xA0"]);
  });

  it.each(["__%48ost-sid=e", "..Host-sid=e", "__Host-sid%3De", "_.Host-sid=e", "__Host_sid=e"])(
    "F1, CVE-2020-8184: %o is not __Host-sid",
    (header) => {
      expect(cookieValues(header, "__Host-sid")).toEqual([]);
    },
  );

  it("P4: $Version and $Path are cookies like others", () => {
    expect(sid("$Version=1; $Path=/; sid=A")).toEqual(["A"]);
    expect(cookieValues("$Version=1; sid=A", "$Version")).toEqual(["1"]);
  });

  it("P5, F4: all values of one name are told, in the order sent", () => {
    expect(sid("sid=A; sid=B")).toEqual(["A", "B"]);
    expect(sid("sid=B; x=1; sid=A; sid=B")).toEqual(["B", "A", "B"]);
  });

  it("P6: another case is another name", () => {
    expect(cookieValues("__HOST-sid=evil; __Host-sid=A", "__Host-sid")).toEqual(["A"]);
  });

  it.each([
    "sid",
    "=sid",
    "sid=",
    "sid=  ",
    "",
    ";;;",
    " ; ;",
    "sid;sid",
    "=",
    "=sid=A",
    null,
    undefined,
  ])("P7: %o holds none", (header) => {
    expect(sid(header)).toEqual([]);
  });

  it("P8: quotes are part of the value, so it is none that a token could be", () => {
    expect(sid('sid="A"')).toEqual(['"A"']);
  });

  it("P9: nothing is decoded, so it is none that a token could be", () => {
    expect(sid("sid=%41")).toEqual(["%41"]);
  });

  it("P10: names of Object.prototype are names", () => {
    expect(sid("__proto__=1; constructor=2; sid=A")).toEqual(["A"]);
    expect(cookieValues("__proto__=1", "__proto__")).toEqual(["1"]);
    expect(cookieValues("sid=A", "__proto__")).toEqual([]);
    expect(({} as { polluted?: unknown }).polluted).toBeUndefined();
  });

  it("P11: of a header of more than 16 KiB the cookies before that mark are read", () => {
    const filler = "; x=1234".repeat(12_500);
    expect(sid(`sid=A${filler}`)).toEqual(["A"]);
    expect(sid(`x=1${filler}; sid=A`)).toEqual([]);
    expect(sid(`sid=${"A".repeat(100_000)}`)).toEqual([]);
  });

  it("P11: a cookie that ends at the mark is read, one that the mark cuts is not", () => {
    const before = "x".repeat(16_384 - "; sid=A".length);
    expect(sid(`${before}; sid=A`)).toEqual(["A"]);
    expect(sid(`${before}; sid=A; y=1`)).toEqual(["A"]);
    expect(sid(`${before}; sid=AB; y=1`)).toEqual([]);
  });

  it("P11, I3: the time is linear in the worst header of the size that is read", () => {
    const worst = [
      "sid".repeat(5_461),
      "sid;".repeat(4_096),
      `${" ".repeat(16_000)}sid=A`,
      `sid${" ".repeat(16_000)}`,
      "sid =".repeat(3_000),
      ";".repeat(16_384),
      "=".repeat(16_384),
    ];
    const started = performance.now();
    for (let round = 0; round < 100; round++) for (const header of worst) sid(header);
    // Some 10 MB: a few ms a megabyte. One quadratic header alone would take longer than all may.
    expect(performance.now() - started).toBeLessThan(5_000);
  });

  it("P11, I3: of 5,000 cookies of our name the first 16 are told", () => {
    expect(sid("sid=A; ".repeat(5_000))).toHaveLength(16);
  });

  it("P12: two Cookie lines are read where the server joins them as the standard says", () => {
    expect(sid("a=1; sid=A")).toEqual(["A"]);
    // workerd joins with a comma; P2 forbids to split there.
    expect(sid("a=1, sid=A")).toEqual([]);
  });

  it("P13: a value without a name is ignored", () => {
    expect(sid("a=1; bar; sid=A; =sid")).toEqual(["A"]);
  });

  it("a name within other names and values is not mistaken for the name", () => {
    expect(sid("xsid=1; sidx=2; x=sid; y=sid=3; sid.x=4; -sid=5; sid=A")).toEqual(["A"]);
    expect(cookieValues("__Host-id-anon=X; __Host-id=A", "__Host-id")).toEqual(["A"]);
    expect(cookieValues("__Host-id-anon=X", "__Host-id")).toEqual([]);
  });

  it("a value keeps its own equals signs", () => {
    expect(sid("sid=b=c=")).toEqual(["b=c="]);
  });

  it("agrees with a plain parser on headers made of the characters that matter", () => {
    const pieces = ["sid", "sid", "=", "=", ";", ";", " ", "\t", "A", ",", "\xA0", '"', "s", "x"];
    let state = 1;
    for (let round = 0; round < 5_000; round++) {
      let header = "";
      for (let piece = 0; piece < 12; piece++) {
        // A linear congruential generator: the same headers everywhere.
        state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
        header += pieces[(state >>> 16) % pieces.length];
      }
      expect(sid(header), JSON.stringify(header)).toEqual(plainParser(header));
    }
  });
});

/** The rules of the standard in the order they are written. */
function plainParser(header: string): string[] {
  const trim = (text: string) => text.replace(/^[ \t]+/, "").replace(/[ \t]+$/, "");
  const values: string[] = [];
  for (const pair of header.split(";")) {
    const equals = pair.indexOf("=");
    if (equals === -1 || trim(pair.slice(0, equals)) !== "sid") continue;
    const value = trim(pair.slice(equals + 1));
    if (value !== "") values.push(value);
  }
  return values;
}
