import { type CookieOptions, createSessions, type SessionsOptions } from "@sojourn/core";
import { memoryStore } from "@sojourn/memory";
import { randomBytes } from "node:crypto";
import { inspect } from "node:util";
import type { StoredCookie } from "./support/jar.ts";
import { describe, expect, test } from "./support/test.ts";

const DAY = 86_400;

/** The Set-Cookie headers of a login, or of the logout after it. */
async function emitted(
  options: Partial<SessionsOptions>,
  { persistent = false, logout = false } = {},
): Promise<string[]> {
  const secret = randomBytes(32).toString("base64");
  const sessions = createSessions({ store: memoryStore(), secret, ...options });
  const exchange = sessions.begin({ cookie: null, secure: true });
  await exchange.session.login("ada", { persistent });
  if (logout) await exchange.session.logout();
  await exchange.finish();
  const headers = new Headers();
  exchange.apply(headers);
  return headers.getSetCookie();
}

const KEPT: Omit<StoredCookie, "value"> = {
  name: "__Host-id",
  domain: "app.test",
  path: "/",
  httpOnly: true,
  secure: true,
  sameSite: "Lax",
  session: true,
};

const choices: readonly [cookie: CookieOptions, kept: Partial<StoredCookie>][] = [
  [{}, {}],
  [{ name: "n".repeat(128) }, { name: `__Host-${"n".repeat(128)}` }],
  [{ prefix: "__Host-Http-" }, { name: "__Host-Http-id" }],
  [
    { prefix: "__Secure-", path: "/admin" },
    { name: "__Secure-id", path: "/admin" },
  ],
  [
    { prefix: "__Http-", path: "/a/b" },
    { name: "__Http-id", path: "/a/b" },
  ],
  [{ domain: "app.test" }, { name: "__Secure-id", domain: ".app.test" }],
  [
    { domain: "app.test", prefix: "__Http-" },
    { name: "__Http-id", domain: ".app.test" },
  ],
  [{ sameSite: "Strict" }, { sameSite: "Strict" }],
  [{ sameSite: "None", partitioned: false }, { sameSite: "None" }],
  [{ partitioned: true }, { name: "__Host-id-partitioned", partition: "https://app.test" }],
  [
    { embedded: true },
    { name: "__Host-id-partitioned", sameSite: "None", partition: "https://app.test" },
  ],
];

describe("what a login sets is kept as it was meant, and what the logout sets takes it away", () => {
  for (const [cookie, kept] of choices) {
    test(`cookie: ${inspect(cookie, { maxStringLength: 24 })}`, async ({ raw, jar }) => {
      const value = expect.stringMatching(/^[\w-]{112}$/);
      await raw.set(await emitted({ cookie }));
      expect(await jar.cookies()).toEqual([{ ...KEPT, value, ...kept }]);
      await raw.set(await emitted({ cookie }, { logout: true }));
      expect(await jar.cookies()).toEqual([]);
    });
  }

  test("a login that is to outlive the browser does so for as long as its session", async ({
    raw,
    jar,
  }) => {
    await raw.set(await emitted({ timeouts: "aal1" }, { persistent: true }));
    const [cookie] = await jar.cookies();
    expect(cookie).toMatchObject({ ...KEPT, session: false });
    expect(cookie?.maxAge).toBeGreaterThan(30 * DAY - 60);
    expect(cookie?.maxAge).toBeLessThanOrEqual(30 * DAY);
    await raw.set(await emitted({ timeouts: "aal1" }, { logout: true }));
    expect(await jar.cookies()).toEqual([]);
  });
});
