import { describe, expect, test } from "vitest";
import { decodeBase64url, encodeBase64url } from "../src/internal/base64url.ts";
import { deriveKeys, hashSecret, lengthPrefixed } from "../src/internal/keys.ts";
import { createRandomBytes, webRandom } from "../src/internal/random.ts";
import { createTokens } from "../src/internal/token.ts";
import { SECRETS } from "./harness.ts";

const [key, otherKey] = SECRETS.map(deriveKeys) as [
  ReturnType<typeof deriveKeys>,
  ReturnType<typeof deriveKeys>,
];
const random = createRandomBytes(webRandom);
const tokens = createTokens([key], "__Host-id", random);
const ref = { partition: encodeBase64url(random(12)), handle: encodeBase64url(random(16)) };
const NOW = Date.UTC(2026, 0, 5, 9, 30, 15, 123);

test("what was minted opens: where, when, which kind, and the hash of the secret", () => {
  for (const kind of ["user", "anonymous"] as const) {
    const { token, hash } = tokens.mint(kind, ref, NOW);
    expect(token).toMatch(/^[\w-]{112}$/);
    expect(tokens.open(token)).toEqual({ kind, ref, mintedAt: NOW, hash });
  }
});

test("two tokens of one session share nothing but version, kind, time and handle", () => {
  const [one, two] = [
    bytesOf(tokens.mint("user", ref, NOW)),
    bytesOf(tokens.mint("user", ref, NOW)),
  ];
  const same = [...one].filter((byte, i) => byte === two[i]).length;
  // 24 bytes are equal; a few more may be by chance.
  expect(same).toBeGreaterThanOrEqual(24);
  expect(same).toBeLessThan(34);
  expect(one.slice(8, 20)).not.toEqual(two.slice(8, 20));
});

test("the partition is not in the token, in the clear or under a key of another server", () => {
  const { token } = tokens.mint("user", ref, NOW);
  expect(token).not.toContain(ref.partition);
  expect(createTokens([otherKey], "__Host-id", random).open(token)).toBeNull();
});

describe("nothing but a token that was signed here opens", () => {
  const { token } = tokens.mint("user", ref, NOW);

  test("no byte can be changed (G1)", () => {
    for (let at = 0; at < 84; at++) {
      for (const bit of [1, 128]) {
        const bytes = decodeBase64url(token) as Uint8Array;
        bytes[at] = (bytes[at] as number) ^ bit;
        expect(tokens.open(encodeBase64url(bytes))).toBeNull();
      }
    }
  });

  test("no other length, alphabet or spelling (G1, J7)", () => {
    const others = [
      "",
      token.slice(1),
      `${token}A`,
      `${token}====`,
      ` ${token}`,
      `${token.slice(0, -1)} `,
      token.replace(/.$/, "+"),
      token.replace(/.$/, "é"),
      `${token.slice(0, 60)}\u0000${token.slice(61)}`,
      "../".repeat(38).slice(0, 112),
    ];
    for (const other of others) expect(tokens.open(other)).toBeNull();
  });

  test("random bytes, with the right version and kind or without (G1)", () => {
    for (let n = 0; n < 2000; n++) {
      const bytes = random(84);
      if (n % 2 === 0) bytes.set([1, n % 4 === 0 ? 0 : 1]);
      expect(tokens.open(encodeBase64url(bytes))).toBeNull();
    }
  });

  test("no version but this one, even if signed (G1)", () => {
    for (const [at, value] of [
      [0, 0],
      [0, 2],
      [1, 3],
      [1, 255],
    ] as const) {
      const bytes = decodeBase64url(token) as Uint8Array;
      bytes[at] = value;
      bytes.set(macOver(bytes, "session", "__Host-id").subarray(0, 16), 68);
      expect(tokens.open(encodeBase64url(bytes))).toBeNull();
    }
  });

  test("not one that the same key signed for another purpose (G2, G4)", () => {
    for (const purpose of [
      ["csrf", "__Host-id"],
      ["session__Host-id"],
      ["session", "__Host-", "id"],
    ]) {
      const bytes = decodeBase64url(token) as Uint8Array;
      bytes.set(macOver(bytes, ...purpose).subarray(0, 16), 68);
      expect(tokens.open(encodeBase64url(bytes))).toBeNull();
    }
    // With the right purpose the same construction opens, so the above is not true of everything.
    const bytes = decodeBase64url(token) as Uint8Array;
    bytes.set(macOver(bytes, "session", "__Host-id").subarray(0, 16), 68);
    expect(tokens.open(encodeBase64url(bytes))).not.toBeNull();
  });

  test("not one of another namespace (F5, G2)", () => {
    for (const namespace of ["__Host-admin", "__Host-i", "__Host-idd", "", "__host-id"]) {
      const other = createTokens([key], namespace, random);
      expect(other.open(token)).toBeNull();
      expect(tokens.open(other.mint("user", ref, NOW).token)).toBeNull();
    }
  });
});

test("a list of secrets: the first signs, all verify", () => {
  const before = createTokens([key, otherKey], "__Host-id", random);
  const after = createTokens([otherKey, key], "__Host-id", random);
  const old = before.mint("user", ref, NOW);
  const young = after.mint("user", ref, NOW);
  for (const each of [before, after]) {
    expect(each.open(old.token)).toMatchObject({ ref });
    expect(each.open(young.token)).toMatchObject({ ref });
  }
  expect(tokens.open(old.token)).toMatchObject({ ref });
  expect(tokens.open(young.token)).toBeNull();
});

test("the store's hash is SHA-256 of the secret, and of nothing else in the token (D1)", async () => {
  const { token, hash } = tokens.mint("user", ref, NOW);
  const secret = (decodeBase64url(token) as Uint8Array).slice(36, 68);
  const digest = await crypto.subtle.digest("SHA-256", secret);
  expect(hash).toBe(encodeBase64url(new Uint8Array(digest)));
  expect(hash).toBe(hashSecret(secret));
});

test("times hold beyond 2038 and 2106", () => {
  for (const now of [0, 2 ** 31 * 1000, 2 ** 32 * 1000 + 1, 2 ** 48 - 1]) {
    expect(tokens.open(tokens.mint("user", ref, now).token)?.mintedAt).toBe(now);
  }
});

/** The MAC as the core computes it, for any purpose. */
function macOver(bytes: Uint8Array, ...purpose: string[]): Uint8Array {
  return key.mac(new Uint8Array([...lengthPrefixed(...purpose), ...bytes.subarray(0, 68)]));
}

function bytesOf({ token }: { token: string }): Uint8Array {
  return decodeBase64url(token) as Uint8Array;
}
