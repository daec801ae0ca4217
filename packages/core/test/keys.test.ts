import { expect, test } from "vitest";
import { decodeBase64url, encodeBase64url } from "../src/internal/base64url.ts";
import {
  deriveKeys,
  equalBytes,
  hashSecret,
  lengthPrefixed,
  userPartition,
} from "../src/internal/keys.ts";
import { SECRETS } from "./harness.ts";

const utf8 = new TextEncoder();

test("keys are HMAC-SHA-256 of their purpose under the secret, as Web Crypto has it", async () => {
  const mac = await hmac(await hmac(utf8.encode(SECRETS[0]), "sojourn/1 token mac"), "message");
  expect(deriveKeys(SECRETS[0]).mac(utf8.encode("message"))).toEqual(mac);
});

test("no two purposes, and no two secrets, share a key (G4)", () => {
  const message = utf8.encode("message");
  const outputs = SECRETS.flatMap((secret) => {
    const { mac, mask } = deriveKeys(secret);
    return [mac(message), mask(message)].map(encodeBase64url);
  });
  expect(new Set(outputs).size).toBe(4);
});

test("a keyed hash gives the same for the same message, in any order", () => {
  const { mac } = deriveKeys(SECRETS[0]);
  const first = mac(utf8.encode("one"));
  mac(utf8.encode("two"));
  expect(mac(utf8.encode("one"))).toEqual(first);
});

test("hashes are SHA-256 in base64url", async () => {
  for (const length of [0, 1, 32, 55, 56, 64, 1000]) {
    const bytes = new Uint8Array(length).fill(length % 251);
    const digest = await crypto.subtle.digest("SHA-256", bytes);
    expect(hashSecret(bytes)).toBe(encodeBase64url(new Uint8Array(digest)));
  }
});

test("no two lists of parts give the same bytes", () => {
  const lists = [
    [],
    [""],
    ["", ""],
    ["a"],
    ["a", ""],
    ["", "a"],
    ["ab"],
    ["a", "b"],
    ["ü"],
    ["\u0000\u0000\u0000\u0001", "a"],
  ];
  const encoded = lists.map((parts) => encodeBase64url(lengthPrefixed(...parts)));
  expect(new Set(encoded).size).toBe(lists.length);
});

test("a user's partition is 16 characters that follow from namespace and user id (F5)", () => {
  expect(userPartition("shop", "ada")).toMatch(/^[\w-]{16}$/);
  expect(userPartition("shop", "ada")).toBe(userPartition("shop", "ada"));
  const pairs = [
    ["shop", "ada"],
    ["admin", "ada"],
    ["shop", "adb"],
    ["shopa", "da"],
    ["sho", "pada"],
  ] as const;
  expect(new Set(pairs.map(([namespace, user]) => userPartition(namespace, user))).size).toBe(
    pairs.length,
  );
});

test("comparing reads all bytes, wherever the first difference is (D2)", () => {
  const zeros = new Uint8Array(16);
  for (const different of [0, 7, 15, null]) {
    let reads = 0;
    const counted = new Proxy(
      Array.from({ length: 16 }, (_, i) => (i === different ? 1 : 0)),
      {
        get(target, key) {
          if (key !== "length") reads++;
          return Reflect.get(target, key);
        },
      },
    );
    expect(equalBytes(counted, zeros)).toBe(different === null);
    expect(reads).toBe(16);
  }
  expect(equalBytes([1, 2], [1, 2, 3])).toBe(false);
  expect(equalBytes([], [])).toBe(true);
});

test("base64url: as the platform's, without padding, and no second spelling", () => {
  for (let length = 0; length < 50; length++) {
    const bytes = crypto.getRandomValues(new Uint8Array(length));
    const platform = btoa(String.fromCharCode(...bytes))
      .replaceAll("+", "-")
      .replaceAll("/", "_")
      .replaceAll("=", "");
    expect(encodeBase64url(bytes)).toBe(platform);
    if (length % 3 === 0) expect(decodeBase64url(platform)).toEqual(bytes);
  }
  for (const text of ["A", "AA", "AAA", "AAA=", "AAA+", "AAA/", "AA\nA", "AAAé", "AAA\u{10fff}"]) {
    expect(decodeBase64url(text)).toBeNull();
  }
});

async function hmac(key: Uint8Array, message: string): Promise<Uint8Array> {
  const algorithm = { name: "HMAC", hash: "SHA-256" };
  const imported = await crypto.subtle.importKey("raw", new Uint8Array(key), algorithm, false, [
    "sign",
  ]);
  return new Uint8Array(await crypto.subtle.sign("HMAC", imported, utf8.encode(message)));
}
