import { expect, test } from "vitest";
import { isLocalhost } from "@sojourn/net";

test.each([
  "localhost",
  "LOCALHOST",
  "localhost.",
  "localhost:3000",
  "app.localhost",
  "a.b.localhost:8080",
  "127.0.0.1",
  "127.0.0.1:3000",
  "127.255.255.254",
  "[::1]",
  "[::1]:3000",
  "::1",
  "[0:0:0:0:0:0:0:1]",
])("%s is this machine", (hostname) => {
  expect(isLocalhost(hostname)).toBe(true);
});

test.each([
  "",
  "example.com",
  "localhost.example.com",
  "notlocalhost",
  ".localhost",
  "evil.example/.localhost",
  "user@localhost",
  "localhost:port",
  "localhost localhost",
  "128.0.0.1",
  "127.0.0.1.example.com",
  "127.1",
  "0.0.0.0",
  "10.0.0.1",
  "[::2]",
  "::",
  // The same machine, but browsers do not count it as secure (W3C Secure Contexts section 3.1).
  "[::ffff:127.0.0.1]",
  "[::ffff:7f00:1]",
])("%j is not", (hostname) => {
  expect(isLocalhost(hostname)).toBe(false);
});
