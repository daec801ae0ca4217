import { describe, expect, it } from "vitest";
import { ConfigurationError } from "../src/errors.ts";
import { checkSecrets, type Secrets } from "../src/secrets.ts";

const GOOD = "3q2+7wX9kLmZpR1uVtYbHcJdFgNsQaWe0iOo5K6r8T4=";
const OTHER = "f1c9b27e5a804d36e8b1907c4af2d3568e0b97d1c24fa6358b0d9e7f16a2c354";

function refusal(secrets: unknown): string {
  try {
    checkSecrets(secrets as Secrets);
  } catch (error) {
    expect(error).toBeInstanceOf(ConfigurationError);
    return (error as Error).message;
  }
  throw new Error(`accepted: ${String(secrets)}`);
}

function randomBytes(length: number): Uint8Array {
  return crypto.getRandomValues(new Uint8Array(length));
}

function hex(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

function base64(bytes: Uint8Array): string {
  return btoa(String.fromCharCode(...bytes));
}

/** What `openssl rand` prints, and what 32 random bytes look like elsewhere. */
const FORMS: [string, () => string][] = [
  ["openssl rand -base64 32", () => base64(randomBytes(32))],
  ["openssl rand -hex 32", () => hex(randomBytes(32))],
  ["openssl rand -hex 16", () => hex(randomBytes(16))],
  ["the same in capitals", () => hex(randomBytes(16)).toUpperCase()],
  [
    "32 random bytes as base64url",
    () => base64(randomBytes(32)).replaceAll("+", "-").replaceAll("/", "_").replace("=", ""),
  ],
  ["openssl rand -base64 32, with its newline", () => `${base64(randomBytes(32))}\n`],
  [
    "openssl rand -base64 64, which has two lines",
    () => `${base64(randomBytes(48))}\n${base64(randomBytes(16))}`,
  ],
];

/** Each of 32 bytes or more, so that the length alone refuses none. */
const BAD = [
  "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
  "00000000000000000000000000000000",
  "ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
  "                                        ",
  "ababababababababababababababababababab",
  "abcabcabcabcabcabcabcabcabcabcabc",
  "abcdabcdabcdabcdabcdabcdabcdabcd!",
  "deadbeefdeadbeefdeadbeefdeadbeef",
  "a1b2c3d4e5f6a1b2c3d4e5f6a1b2c3d4e5f6",
  "a1b2c3d4e5f6g7h8i9j0k1l2m3n4o5p6",
  "aaaabbbbccccddddeeeeffffgggghhhh",
  "1111222233334444555566667777888899990000",
  "01010101001100110101010101110001",
  "xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx",
  "00000000-0000-0000-0000-000000000000",
  "0123456789abcdef0123456789abcdef",
  "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef",
  "12345678901234567890123456789012",
  "abcdefghijklmnopqrstuvwxyz0123456789",
  "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789",
  "zyxwvutsrqponmlkjihgfedcba9876543210",
  "aAbBcCdDeEfFgGhHiIjJkKlLmMnNoOpP",
  "qwertyuiopasdfghjklzxcvbnm1234567890",
  "1qaz2wsx3edc4rfv5tgb1qaz2wsx3edc4rfv5tgb",
  "changemechangemechangemechangeme",
  "changeme-3f9a8b7c6d5e4f3a2b1c0d9e8f7a6b5c",
  "CHANGE_ME_BEFORE_YOU_DEPLOY_PLEASE_123",
  "keyboard cat keyboard cat keyboard cat",
  "your-secret-here-your-secret-here",
  "your_session_secret_goes_in_here_1234567",
  "supersecretsessionkeythatislongenough",
  "MySuperSecretSessionKeyForProd123",
  "complex_password_at_least_32_characters_long",
  "passwordpasswordpasswordpassword1!",
  "example-secret-example-secret-12345",
  "default_session_secret_1234567890_abc",
  "development-secret-do-not-use-in-prod",
  "insecure-secret-for-local-testing-0001",
  "replace-this-with-a-long-random-string",
  "ThisIsASecretKeyForTheSessionCookie1234",
  "a-secret-that-is-at-least-32-characters",
  "this is a very long secret for sessions",
  "The quick brown fox jumps over the lazy dog",
  "correct horse battery staple correct",
  "lorem ipsum dolor sit amet consectetur",
  "hunter2hunter2hunter2hunter2hunter2",
  "2024-01-01-2024-01-01-2024-01-01-",
  "SESSION_SECRET_SESSION_SECRET_SESSION",
  "TODO: set a real one before the launch!!",
  "s3cr3ts3cr3ts3cr3ts3cr3ts3cr3ts3cr3t",
];

describe("a secret made at random", () => {
  it.each(FORMS)("G5, G6: is accepted: %s", (_form, make) => {
    for (let i = 0; i < 1000; i++) {
      const secret = make();
      expect(checkSecrets(secret)).toEqual([secret]);
    }
  });

  it("is accepted when it could hardly look worse", () => {
    // The two worst of 24 million outputs of `openssl rand -hex 16`.
    expect(checkSecrets("22233b236f36b2515b6b255515c5165f")).toHaveLength(1);
    expect(checkSecrets("b9676767866765eeeb7545de499be944")).toHaveLength(1);
  });

  it("is accepted as a passphrase of many words, or beside a prefix", () => {
    const words = "ozone pupil gravel mantle fabric window orbit lunar dizzy melon quartz kayak";
    expect(checkSecrets(words)).toEqual([words]);
    expect(checkSecrets(`shop-${OTHER}`)).toHaveLength(1);
  });

  it("is accepted beyond ASCII, counted in bytes", () => {
    expect(checkSecrets("ÄöÜßéèêñõçøåΔΣΩжцщюя字漢ïœŁđğþ")).toHaveLength(1);
  });
});

describe("a secret that can be guessed", () => {
  it.each(BAD)("G6: is refused: %s", (secret) => {
    const message = refusal(secret);
    expect(message).toMatch(/guessable/);
    expect(message).toContain("`openssl rand -base64 32`");
    expect(message).not.toContain(secret);
  });

  it("is refused in whatever place of a list", () => {
    for (const bad of BAD) {
      expect(refusal([GOOD, bad])).not.toContain(bad);
      expect(refusal([bad, GOOD])).toMatch(/guessable/);
    }
  });

  it.each(["short", "0123456789abcdef", GOOD.slice(0, 31), "é".repeat(15)])(
    "is refused when it is shorter than 32 bytes: %s",
    (secret) => {
      const message = refusal(secret);
      expect(message).toMatch(/at least 32 bytes.*`openssl rand -base64 32`/);
      expect(message).not.toContain(secret);
    },
  );

  it("is judged however long it is", () => {
    expect(checkSecrets(OTHER.repeat(10_000))).toHaveLength(1);
    expect(refusal("a".repeat(1_000_000))).toMatch(/guessable/);
  });
});

describe("the option", () => {
  it.each([[undefined], [null], [""], [[]], [[""]], [[GOOD, ""]], [[GOOD, undefined]], [0], [{}]])(
    "G5: there is no default: %o tells how to set one, on Workers too",
    (secrets) => {
      const message = refusal(secrets);
      expect(message).toMatch(/secret: it is not set.*process\.env\.SESSION_SECRET/);
      expect(message).toMatch(/Workers.*c\.env\.SESSION_SECRET/);
      expect(message).toContain("`openssl rand -base64 32`");
    },
  );

  it.each([[[42]], [[{}]], [[true]], [[new Uint8Array(32)]]])("takes strings only: %o", (list) => {
    expect(refusal(list)).toMatch(/not a string/);
  });

  it("keeps the order of a list: the first signs", () => {
    expect(checkSecrets([GOOD, OTHER])).toEqual([GOOD, OTHER]);
    expect(checkSecrets([OTHER, GOOD])).toEqual([OTHER, GOOD]);
  });

  it("takes no secret twice", () => {
    const message = refusal([GOOD, OTHER, GOOD]);
    expect(message).toMatch(/each once/);
    expect(message).not.toContain(GOOD);
  });

  it("takes 8 secrets and no more: each is tried on every cookie", () => {
    const secrets = Array.from({ length: 9 }, () => hex(randomBytes(32)));
    expect(checkSecrets(secrets.slice(0, 8))).toHaveLength(8);
    expect(refusal(secrets)).toMatch(/at most 8/);
  });
});
