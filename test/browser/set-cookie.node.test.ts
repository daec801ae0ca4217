import type { StoredCookie } from "./support/jar.ts";
import { describe, expect, test } from "./support/test.ts";

// What a browser makes of Set-Cookie headers that no serializer of ours writes: why each of them is
// refused in packages/core/test/cookie.test.ts, under the same name.

type Kept = Partial<StoredCookie>;
type Vector = readonly [row: string, setCookies: string | readonly string[], kept: readonly Kept[]];

const DEFAULTS = {
  domain: "app.test",
  path: "/set",
  httpOnly: false,
  secure: false,
  session: true,
};

function a(others: Kept = {}): Kept {
  return { ...DEFAULTS, name: "a", value: "1", ...others };
}

const host = { path: "/", secure: true };
const DAYS = 86_400;
const long = (length: number) => "x".repeat(length);

const vectors: readonly Vector[] = [
  [
    "S1",
    `a=${long(4095)}; Path=/; Secure; HttpOnly`,
    [a({ value: long(4095), ...host, httpOnly: true })],
  ],
  ["S1", `${long(4095)}=1`, [a({ name: long(4095) })]],
  ["S1", `=${long(4096)}`, [a({ name: "", value: long(4096) })]],
  ["S1", `a=${long(4096)}`, []],
  ["S1", `${long(4096)}=1`, []],
  ["S1", `=${long(4097)}`, []],
  ["S2", `a=1; Path=/${long(1023)}`, [a({ path: `/${long(1023)}` })]],
  ["S2", `a=1; Path=/${long(1024)}`, [a()]],
  ["S3", "__Host-a=1; Path=/", []],
  ["S4", "__Host-a=1; Secure", []],
  ["S4", "__Host-a=1; Secure; Path", []],
  ["S4", "__Host-a=1; Secure; Path=", []],
  ["S5", "__Host-a=1; Secure; Path=/set", []],
  ["S5", "__Host-a=1; Secure; Path=/; Domain=app.test", []],
  ["S6", "__Host-a=1; Secure; Path=/; Domain=", [a({ name: "__Host-a", ...host })]],
  ["S7", "__HOST-a=1; Path=/", []],
  ["S7", "__hOsT-a=1; Secure; Path=/; Domain=app.test", []],
  ["S7", "__SECURE-a=1", []],
  ["S8", "__Secure-a=1", []],
  [
    "S8",
    "__Secure-a=1; Secure; Domain=app.test",
    [a({ name: "__Secure-a", secure: true, domain: ".app.test" })],
  ],
  ["S9", "__Http-a=1; Secure", []],
  ["S9", "__http-a=1; Secure", []],
  ["S9", "__Http-a=1; HttpOnly", []],
  ["S9", "__Host-Http-a=1; Secure; HttpOnly; Path=/; Domain=app.test", []],
  [
    "S10",
    "__Host-Http-a=1; Secure; HttpOnly; Path=/",
    [a({ name: "__Host-Http-a", ...host, httpOnly: true })],
  ],
  ["S11", "value", [a({ name: "", value: "value" })]],
  ["S11", "=value", [a({ name: "", value: "value" })]],
  ["S11", "==value", []],
  ["S12", "=__Host-a=1; Secure; Path=/", []],
  ["S12", "__Secure-a; Secure", []],
  ["S13", "", []],
  ["S13", "=", []],
  ["S13", " = ", []],
  ["S13", "; Secure", []],
  ["S13", ";a=b", []],
  ["S15", "a=b\tc", []],
  ["S15", "a\tb=c", []],
  ["S15", "a=1\t", [a()]],
  ["S16", 'a="b"', [a({ value: '"b"' })]],
  ["S16", 'a="b c"', [a({ value: '"b c"' })]],
  ["S16", 'a=b"c', [a({ value: 'b"c' })]],
  ["S17", 'a="b;c"', [a({ value: '"b' })]],
  ["S19", "  a  =  1  ", [a()]],
  ["S19", "a=1;", [a()]],
  ["S19", "a=b=c", [a({ value: "b=c" })]],
  ["S19", "a=", [a({ value: "" })]],
  ["S20", "a=1, b=2", [a({ value: "1, b=2" })]],
  ["S21", "a=1; Max-Age=0", []],
  ["S21", "a=1; Max-Age=-1", []],
  ["S21", "a=1; Max-Age=-0", []],
  ["S21", "a=1; Max-Age=1a", [a()]],
  ["S21", "a=1; Max-Age=", [a()]],
  ["S21", "a=1; Max-Age=1.5", [a()]],
  ["S21", 'a=1; Max-Age="100"', [a()]],
  ["S21", "a=1; Max-Age=+1000", [a({ session: false, maxAge: 1000 })]],
  ["S21", "a=1; Max-Age=01000", [a({ session: false, maxAge: 1000 })]],
  ["S22", "a=1; Max-Age=34560001", [a({ session: false, maxAge: 400 * DAYS })]],
  ["S22", "a=1; Max-Age=99999999999", [a({ session: false, maxAge: 400 * DAYS })]],
  [
    "S22",
    "a=1; Expires=Fri, 01 Jan 2099 00:00:00 GMT",
    [a({ session: false, maxAge: 400 * DAYS })],
  ],
  [
    "S23",
    "a=1; Expires=Thu, 01 Jan 1970 00:00:00 GMT; Max-Age=1000",
    [a({ session: false, maxAge: 1000 })],
  ],
  ["S23", "a=1; Expires=some day", [a()]],
  ["S24", "a=1; SameSite=None", []],
  ["S24", "a=1; SameSite=foo", [a()]],
  ["S24", "a=1; SameSite=", [a()]],
  ["S24", "a=1; SameSite=STRICT", [a({ sameSite: "Strict" })]],
  ["S24", "a=1; SameSite=Strict; SameSite=None; Secure", [a({ secure: true, sameSite: "None" })]],
  ["S24", "a=1; SameSite=Strict; SameSite=foo", [a()]],
  ["S25", "a=1; Secure=false; HttpOnly=0", [a({ secure: true, httpOnly: true })]],
  ["S26", "a=1; Path=/nope; Path=/", [a({ path: "/" })]],
  ["S26", "a=1; Path=foo", [a()]],
  ["S26", "a=1; Path=", [a()]],
  ["S27", "a=1; Domain=.app.test", [a({ domain: ".app.test" })]],
  ["S27", "a=1; Domain=APP.TEST", [a({ domain: ".app.test" })]],
  ["S27", "a=1; Domain=other.test", []],
  ["S27", "a=1; Domain=sub.app.test", []],
  ["S27", "a=1; Domain=test", []],
  ["S27", "a=1; Domain=app.test.", []],
  ["S27", "a=1; Domain=", [a()]],
  ["S28", "a=1; Partitioned", []],
  ["S28", "a=1; Secure; Partitioned", [a({ secure: true, partition: "https://app.test" })]],
  ["S29", ["a=0", "a=1"], [a()]],
  [
    "S30",
    ["__Host-a=1; Secure; Path=/", "__Host-a=; Max-Age=0; Path=/"],
    [a({ name: "__Host-a", ...host })],
  ],
  ["S30", ["a=1; Path=/", "a=; Max-Age=0; Path=/set"], [a({ path: "/" })]],
  [
    "S30",
    ["a=1; Path=/; Domain=app.test", "a=; Max-Age=0; Path=/"],
    [a({ path: "/", domain: ".app.test" })],
  ],
];

describe("Chromium, told to set", () => {
  for (const [row, setCookies, kept] of vectors) {
    const values = [setCookies].flat();
    const shown = values.map((value) => JSON.stringify(value).replace(/x{9,}/, "xxx…")).join(", ");
    test(`${row}: ${shown}: keeps ${kept.length === 0 ? "nothing" : "it as foreseen"}`, async ({
      raw,
      jar,
    }) => {
      expect(await raw.set(values)).toBe(true);
      expect(await jar.cookies()).toEqual(kept);
    });
  }

  test("S4: __Host- without a path keeps nothing, also where the default path is /", async ({
    raw,
    jar,
  }) => {
    for (const path of ["", "; Path", "; Path="]) {
      await raw.set([`__Host-a=1; Secure${path}`], "/");
      expect(await jar.cookies()).toEqual([]);
    }
  });

  test("S14: control characters in name, value or an attribute: keeps nothing", async ({
    raw,
    jar,
  }) => {
    const others = Array.from({ length: 32 }, (_, code) => code).concat(0x7f);
    for (const code of others.filter((each) => !"\0\t\n\r".includes(String.fromCharCode(each)))) {
      const control = String.fromCharCode(code);
      await raw.set([`a${control}b=1`, `a=1${control}2`, `a=1${control}`, `a=1; Path=/${control}`]);
      expect({ code, kept: await jar.cookies() }).toEqual({ code, kept: [] });
    }
  });

  test("S14: NUL ends the whole response, CR and LF the header: what stands before is kept", async ({
    raw,
    jar,
  }) => {
    expect(await raw.set(["a=1\0"])).toBe(false);
    expect(await jar.cookies()).toEqual([]);
    await raw.set(["a=1\r2"]);
    expect(await jar.cookies()).toEqual([a()]);
    await raw.set(["b=1\n2"]);
    expect(await jar.cookies()).toEqual([a(), a({ name: "b" })]);
  });

  test("S18: sends what it keeps byte for byte, and decodes nothing", async ({ raw }) => {
    const values = ["1,2", "1\\2", "1 2", "\xC3\xA9", "\xE9", "\xE2\x98\x83", "%20%3B", '"1"'];
    for (const value of values) {
      await raw.set([`a=${value}; Path=/`]);
      expect(await raw.sent()).toBe(`a=${value}`);
    }
  });

  for (const [attribute, survives] of [
    ["", true],
    ["; Secure", false],
  ] as const) {
    const others = `200 later ones of others${attribute}`;
    test(`S31: a session's cookie and ${others}: keeps ${survives ? "it" : "it no longer"}`, async ({
      raw,
      jar,
    }) => {
      await raw.set(["__Host-id=token; Path=/; Secure; HttpOnly; SameSite=Lax"]);
      await raw.set(Array.from({ length: 200 }, (_, at) => `a${at}=1${attribute}`));
      const names = (await jar.cookies()).map(({ name }) => name);
      expect(names.length).toBeLessThanOrEqual(180);
      expect(names).toContain("a199");
      expect(names.includes("__Host-id")).toBe(survives);
    });
  }
});
