import { randomBytes } from "node:crypto";
import { describe, expect, it } from "vitest";
import { checkSecrets } from "../src/secrets.ts";

// Ten thousand of each, from Node's own encoders; secrets.test.ts has a thousand on every runtime.
const rounds = process.env.SOJOURN_FULL === "1" ? 10_000 : 1_000;

describe("G6: what random bytes look like is never called guessable", () => {
  it.each<[number, BufferEncoding]>([
    [32, "base64"],
    [32, "base64url"],
    [32, "hex"],
    [16, "hex"],
  ])(
    "%i bytes as %s",
    (length, encoding) => {
      for (let i = 0; i < rounds; i++) {
        expect(checkSecrets(randomBytes(length).toString(encoding))).toHaveLength(1);
      }
    },
    60_000,
  );
});
