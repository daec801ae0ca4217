import { ConfigurationError, type CsrfOptions, type SessionsOptions } from "@sojourn/core";
import { createClient } from "@sojourn/testing";
import { describe, expect, test } from "vitest";
import { createGate } from "../src/csrf.ts";
import type { RequestLine } from "../src/exchange.ts";
import { harness } from "./harness.ts";

// ASVS 3.5.1 to 3.5.3, 3.5.8, 4.4.2, CWE-352, and the OWASP cheat sheet's Fetch Metadata.

const OWN = "https://app.test";
const EVIL = "https://evil.test";

interface Sent {
  readonly method?: string;
  readonly path?: string;
  readonly site?: string;
  readonly origin?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly own?: string | null;
}

function verdict(sent: Sent, options: CsrfOptions | false = {}, strictByDefault = false) {
  const { method = "POST", path = "/transfer", site, origin, headers, own = OWN } = sent;
  const all: Record<string, string | undefined> = {
    "sec-fetch-site": site,
    origin,
    ...headers,
  };
  const request: RequestLine = {
    method,
    path,
    ownOrigin: () => own,
    header: (name) => all[name] ?? null,
  };
  return createGate(options, strictByDefault)(request, !!request.header("upgrade"));
}

const UNSAFE = [
  "POST",
  "PUT",
  "PATCH",
  "DELETE",
  "TRACE",
  "CONNECT",
  "PROPFIND",
  "post",
  "get",
  "X",
];

describe("a method that may change something", () => {
  test.each(UNSAFE)("%s from another site is refused, from this one it passes", (method) => {
    expect(verdict({ method, site: "cross-site", origin: EVIL })).toBe("fetch-site");
    expect(verdict({ method, site: "same-origin", origin: OWN })).toBeNull();
  });

  test.each(["GET", "HEAD", "OPTIONS"])(
    "%s passes, wherever it comes from (RFC 9110 9.2.1)",
    (method) => {
      expect(verdict({ method, site: "cross-site", origin: EVIL })).toBeNull();
    },
  );
});

describe("Sec-Fetch-Site", () => {
  test.each([
    ["same-origin", null],
    ["none", null],
    ["same-site", "fetch-site"],
    ["cross-site", "fetch-site"],
  ])("%s: %s", (site, reason) => {
    expect(verdict({ site })).toBe(reason);
  });

  test("it is believed before an Origin that says otherwise", () => {
    expect(verdict({ site: "same-origin", origin: EVIL })).toBeNull();
    expect(verdict({ site: "cross-site", origin: OWN })).toBe("fetch-site");
  });

  test.each(["weird", "", "Same-Origin", "same-origin, cross-site", "same-origin;a=1"])(
    'a value it does not have ("%s") is ignored: the Origin decides',
    (site) => {
      expect(verdict({ site, origin: OWN })).toBeNull();
      expect(verdict({ site, origin: EVIL })).toBe("origin");
      expect(verdict({ site })).toBeNull();
      expect(verdict({ site }, { strict: true })).toBe("unknown");
    },
  );

  test("another host of this site is another site, unless it is trusted or named", () => {
    const sent = { site: "same-site", origin: "https://blog.app.test" };
    expect(verdict(sent)).toBe("fetch-site");
    expect(verdict(sent, { trustSameSite: true })).toBeNull();
    expect(verdict(sent, { allowedOrigins: ["https://blog.app.test"] })).toBeNull();
    expect(verdict({ ...sent, site: "cross-site" }, { trustSameSite: true })).toBe("fetch-site");
  });
});

describe("without Sec-Fetch-Site the Origin decides", () => {
  test.each([
    [OWN, OWN, null],
    [EVIL, OWN, "origin"],
    ["null", OWN, "origin"],
    ["", OWN, "origin"],
    ["https://app.test.evil.test", OWN, "origin"],
    ["https://evil.test/https://app.test", OWN, "origin"],
    ["http://app.test", OWN, "origin"],
    ["https://app.test:444", OWN, "origin"],
    ["https://APP.test", OWN, "origin"],
    [`${OWN}, ${EVIL}`, OWN, "origin"],
    ["http://[::1]:3000", "http://[::1]:3000", null],
    ["http://localhost:3000", "http://localhost:3000", null],
  ])("%s at %s: %s", (origin, own, reason) => {
    expect(verdict({ origin, own })).toBe(reason);
  });

  test("a server that does not know its own origin believes none that is not named", () => {
    expect(verdict({ origin: OWN, own: null })).toBe("origin");
    expect(verdict({ origin: "null", own: null })).toBe("origin");
    expect(verdict({ origin: OWN, own: null }, { allowedOrigins: [OWN] })).toBeNull();
  });
});

describe("with neither it is no browser", () => {
  test("it passes, and is refused where that is strict", () => {
    expect(verdict({})).toBeNull();
    expect(verdict({}, { strict: true })).toBe("unknown");
  });

  test("aal3 is strict unless told otherwise", () => {
    expect(verdict({}, {}, true)).toBe("unknown");
    expect(verdict({}, { strict: false }, true)).toBeNull();
    expect(verdict({ site: "same-origin" }, {}, true)).toBeNull();
    expect(verdict({ method: "GET" }, {}, true)).toBeNull();
  });
});

test("origins that are named pass, exactly as they are named", () => {
  const options = { allowedOrigins: ["https://shop.test", "capacitor://localhost"] };
  for (const site of ["cross-site", undefined]) {
    const from = (origin: string) =>
      verdict({ ...(site !== undefined && { site }), origin }, options);
    expect(from("https://shop.test")).toBeNull();
    expect(from("capacitor://localhost")).toBeNull();
    for (const other of [
      "https://shop.test:8443",
      "http://shop.test",
      "https://www.shop.test",
      "https://shop.test.evil.test",
      "null",
    ]) {
      expect(from(other)).not.toBeNull();
    }
  }
});

describe("exempt paths", () => {
  const options = { exempt: ["/hooks/pay", "/saml/*"] };
  const at = (path: string) => verdict({ path, site: "cross-site", origin: EVIL }, options);

  test("pass from anywhere", () => {
    for (const path of ["/hooks/pay", "/saml/acs", "/saml/", "/saml/a/b", "/saml/a%20b"]) {
      expect(at(path)).toBeNull();
    }
  });

  test.each([
    "/hooks/pay/",
    "/hooks/pay/x",
    "/hooks/payment",
    "/Hooks/Pay",
    "/hooks/%70ay",
    "//hooks/pay",
    "/hooks//pay",
    "/./hooks/pay",
    "/x/../hooks/pay",
    "http://evil.test/hooks/pay",
    "hooks/pay",
    "/saml",
    "/samlx",
    "/SAML/acs",
    "//saml/acs",
    "/saml/../transfer",
    "/saml/./acs",
    "/saml/..",
    "/saml//transfer",
    "/saml/%2e%2e/transfer",
    "/saml/%2E./transfer",
    "/saml/..%2ftransfer",
    "/saml%2Facs",
    "/saml/%5c..%5ctransfer",
    "/saml/..\\transfer",
    "",
    "*",
  ])("%s is none of them", (path) => {
    expect(at(path)).toBe("fetch-site");
  });

  test("a name with a dot is one, and so is a path to the end", () => {
    expect(at("/saml/.well-known")).toBeNull();
    expect(at("/saml/a..b")).toBeNull();
    expect(at("/saml/v1.0/")).toBeNull();
  });
});

describe("a socket's handshake (ASVS 4.4.2)", () => {
  const upgrade = { method: "GET", headers: { upgrade: "websocket" } };

  test("is no safe GET: a browser opens it to any site, with cookies", () => {
    expect(verdict({ ...upgrade, site: "cross-site", origin: EVIL })).toBe("fetch-site");
    expect(verdict({ ...upgrade, origin: EVIL })).toBe("origin");
    expect(verdict({ ...upgrade, origin: "null" })).toBe("origin");
    expect(verdict({ ...upgrade, origin: OWN })).toBeNull();
    expect(verdict({ ...upgrade, site: "same-origin", origin: OWN })).toBeNull();
    expect(verdict(upgrade)).toBeNull();
    expect(verdict(upgrade, { strict: true })).toBe("unknown");
  });

  test("is no navigation either, and of HTTP/2 a CONNECT", () => {
    const navigate = { "sec-fetch-mode": "navigate", "sec-fetch-dest": "document" };
    const sent = { ...upgrade, site: "cross-site", headers: { ...upgrade.headers, ...navigate } };
    expect(verdict(sent, { isolate: true })).toBe("fetch-site");
    expect(verdict({ method: "CONNECT", origin: EVIL })).toBe("origin");
  });

  test("to upgrade to https is not to upgrade", () => {
    const headers = { "upgrade-insecure-requests": "1" };
    expect(verdict({ method: "GET", site: "cross-site", headers })).toBeNull();
  });
});

describe("isolate (ASVS 3.5.8)", () => {
  const load = (dest: string, mode: string, more: Sent = {}) =>
    verdict(
      {
        method: "GET",
        site: "cross-site",
        headers: { "sec-fetch-dest": dest, "sec-fetch-mode": mode },
        ...more,
      },
      { isolate: true, exempt: ["/logo.svg"], allowedOrigins: ["https://shop.test"] },
    );

  test.each([
    ["image", "no-cors"],
    ["script", "no-cors"],
    ["empty", "cors"],
    ["iframe", "navigate"],
    ["frame", "navigate"],
    ["object", "navigate"],
    ["embed", "navigate"],
    ["fencedframe", "navigate"],
  ])("what another site loads as %s by %s is refused", (dest, mode) => {
    expect(load(dest, mode)).toBe("fetch-site");
    expect(load(dest, mode, { site: "same-site" })).toBe("fetch-site");
    expect(load(dest, mode, { site: "same-origin" })).toBeNull();
  });

  test("somebody who follows a link comes in, but not with a form", () => {
    expect(load("document", "navigate")).toBeNull();
    expect(load("document", "navigate", { method: "POST" })).toBe("fetch-site");
    expect(load("document", "navigate", { method: "HEAD" })).toBe("fetch-site");
  });

  test("what is exempt or named may be loaded, and old browsers may", () => {
    expect(load("image", "no-cors", { path: "/logo.svg" })).toBeNull();
    expect(load("empty", "cors", { origin: "https://shop.test" })).toBeNull();
    expect(verdict({ method: "GET" }, { isolate: true, strict: true })).toBeNull();
  });
});

test("csrf: false has no gate", () => {
  expect(verdict({ site: "cross-site", origin: EVIL }, false, true)).toBeNull();
});

describe("what is no option is refused when configured", () => {
  const broken: readonly (readonly [unknown, string])[] = [
    [{ allowOrigins: [] }, "csrf.allowOrigins: no such option"],
    [{ allowedOrigins: "https://a.test" }, "csrf.allowedOrigins: write a list"],
    [{ allowedOrigins: [1] }, "csrf.allowedOrigins: write a list"],
    ...["*", "https://*.a.test", "a.test", "null", "https://a.test/", "https://a.test:443"].map(
      (origin) => [{ allowedOrigins: [origin] }, `"${origin}" is no origin`] as const,
    ),
    ...["https://A.test", "https://u@a.test", "https://a.test?", "file://", ""].map(
      (origin) => [{ allowedOrigins: [origin] }, `"${origin}" is no origin`] as const,
    ),
    [{ exempt: "/hooks" }, "csrf.exempt: write a list"],
    ...["", "hooks", "*", "/*", "/hooks*", "/*/pay", "/hooks/../pay", "//hooks", "/a b"].map(
      (path) => [{ exempt: [path] }, `"${path}" is no path`] as const,
    ),
    ...["/hooks?a=1", "/hooks#a", "/münze", "/a%2fb", "//*", "/a/./*", "/\\evil"].map(
      (path) => [{ exempt: [path] }, `"${path}" is no path`] as const,
    ),
    [{ strict: "yes" }, "csrf.strict: write true or false"],
    [{ isolate: 1 }, "csrf.isolate: write true or false"],
    [{ trustSameSite: null }, "csrf.trustSameSite: write true or false"],
    [true, "csrf: give it an object, or false"],
    ["lax", "csrf: give it an object, or false"],
  ];

  test.each(broken)("%j", (csrf, message) => {
    const configure = () => harness({ csrf: csrf as CsrfOptions });
    expect(configure).toThrow(ConfigurationError);
    expect(configure).toThrow(message);
  });

  test("and what is one is not", () => {
    harness({
      csrf: {
        allowedOrigins: ["https://a.test", "http://localhost:3000", "http://[::1]:8080"],
        exempt: ["/", "/hooks/pay", "/hooks/*", "/m%C3%BCnze"],
      },
    });
  });
});

describe("which sessions have a gate", () => {
  async function post(options: Partial<SessionsOptions>, headers: Record<string, string> = {}) {
    const { sessions, clock, events } = harness(options);
    const app = createClient(
      sessions.fetch(() => new Response("ran")),
      { now: clock.now },
    );
    const response = await app.post("/", { headers });
    return { response, text: await response.text(), events };
  }

  const crossSite = { "Sec-Fetch-Site": "cross-site" };

  test("all with cookies, by default", async () => {
    const { response, text, events } = await post({}, { ...crossSite, "User-Agent": "Victim/1.0" });
    expect(response.status).toBe(403);
    expect(JSON.parse(text)).toEqual({ error: "cross-site" });
    expect(events).toMatchObject([
      {
        type: "cross_site_refused",
        reason: "fetch-site",
        handle: null,
        userId: null,
        client: { address: null, userAgent: "Victim/1.0" },
      },
    ]);
  });

  test("not bearer tokens, which no browser sends by itself", async () => {
    expect((await post({ transport: "bearer" }, crossSite)).text).toBe("ran");
    expect((await post({ transport: "bearer", timeouts: "aal3" })).text).toBe("ran");
  });

  test("aal3 is strict, the other presets are not", async () => {
    expect((await post({ timeouts: "aal3" })).response.status).toBe(403);
    expect((await post({ timeouts: "aal2" })).text).toBe("ran");
    expect((await post({ timeouts: "aal3", csrf: { strict: false } })).text).toBe("ran");
  });

  test("csrf: false has none", async () => {
    expect((await post({ csrf: false }, crossSite)).text).toBe("ran");
  });
});
