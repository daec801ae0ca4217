import { expectTypeOf } from "vitest";
import { type CookieOptions, type CookieTemplate, resolveCookies } from "../src/cookie.ts";

function accepts(..._options: CookieOptions[]): void {}

accepts(
  {},
  { name: "id" },
  { path: "/" },
  { prefix: "__Host-Http-" },
  { prefix: "__Secure-", path: "/admin" },
  { prefix: "__Secure-" },
  { domain: "example.com" },
  { domain: "example.com", prefix: "__Http-", path: "/a" },
  { sameSite: "Strict" },
  { partitioned: true },
  { sameSite: "None", partitioned: false },
  { sameSite: "None", partitioned: true },
  { sameSite: "None", partitioned: false, domain: "example.com" },
  { embedded: true },
  { embedded: true, sameSite: "None", partitioned: true },
);

// ASVS 3.3.3: `__Host-` is for one host and all of its paths.
// @ts-expect-error
accepts({ prefix: "__Host-", domain: "example.com" });
// @ts-expect-error
accepts({ prefix: "__Host-Http-", domain: "example.com" });
// @ts-expect-error
accepts({ prefix: "__Host-", path: "/admin" });
// @ts-expect-error The prefix has to be written out.
accepts({ path: "/admin" });
// @ts-expect-error
accepts({ prefix: "__Secure-", path: "admin" });

// S7: one spelling.
// @ts-expect-error
accepts({ prefix: "__host-" });
// @ts-expect-error
accepts({ prefix: "" });

// ASVS 3.3.1, 3.3.4: no such option.
// @ts-expect-error
accepts({ secure: false });
// @ts-expect-error
accepts({ secure: true });
// @ts-expect-error
accepts({ httpOnly: false });
// @ts-expect-error
accepts({ maxAge: 60 });

// S24: SameSite=None takes a second word.
// @ts-expect-error
accepts({ sameSite: "None" });
// @ts-expect-error
accepts({ sameSite: "lax" });

// S28: partitioned is for one host; embedded is a whole.
// @ts-expect-error
accepts({ partitioned: true, domain: "example.com" });
// @ts-expect-error
accepts({ sameSite: "None", partitioned: true, domain: "example.com" });
// @ts-expect-error
accepts({ embedded: true, domain: "example.com" });
// @ts-expect-error
accepts({ embedded: true, sameSite: "Lax" });
// @ts-expect-error
accepts({ embedded: true, partitioned: false });

expectTypeOf(resolveCookies).returns.toEqualTypeOf<{
  user: CookieTemplate;
  anonymous: CookieTemplate;
}>();
// @ts-expect-error A default never opens the cookie to other sites.
resolveCookies({}, { sameSite: "None" });
