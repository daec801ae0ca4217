import { RandomnessError } from "@sojourn/core";
import { afterEach, expect, test, vi } from "vitest";
import { createRandomBytes, type Random, webRandom } from "../src/internal/random.ts";
import { harness } from "./harness.ts";

afterEach(() => {
  vi.restoreAllMocks();
  vi.unstubAllGlobals();
});

test("bytes come from the runtime's source, as many as asked for", () => {
  const randomBytes = createRandomBytes(webRandom);
  const seen = new Set<string>();
  for (let n = 0; n < 1000; n++) seen.add(randomBytes(12 + (n % 3) * 8).join());
  expect(seen.size).toBe(1000);
});

test("a source that fails, or gives zeros, or the same again, is an error (H1)", () => {
  const failing: Record<string, Random> = {
    throws: () => {
      throw new Error("no entropy");
    },
    zeros: (bytes) => bytes.fill(0),
    ones: (bytes) => bytes.fill(255),
    nothing: () => {},
    repeats: (bytes) => bytes.forEach((_, i) => (bytes[i] = i + 1)),
  };
  for (const random of Object.values(failing)) {
    const randomBytes = createRandomBytes(random);
    // Whatever the lengths in turn: a partition, a handle, a secret.
    expect(() => [12, 16, 32].map(randomBytes)).toThrow(RandomnessError);
  }
});

test("an error of the source makes no session, and says nothing of any bytes (H1)", async () => {
  vi.stubGlobal("crypto", {
    getRandomValues() {
      throw new Error("no entropy");
    },
  });
  const { sessions } = harness();
  await expect(sessions.login("ada")).rejects.toThrow(RandomnessError);
  await expect(sessions.create({ a: 1 })).rejects.toThrow(RandomnessError);
  vi.unstubAllGlobals();
  expect((await sessions.list("ada")).sessions).toEqual([]);
});

test("neither Math.random nor the time makes a handle or a secret (H2)", async () => {
  vi.spyOn(Math, "random").mockImplementation(() => {
    throw new Error("Math.random was asked");
  });
  // Two processes that start in the same millisecond.
  const [one, two] = [harness(), harness()];
  const first = await one.sessions.login("ada");
  const second = await two.sessions.login("ada");
  expect(first.session.createdAt).toBe(second.session.createdAt);
  expect(first.session.handle).not.toBe(second.session.handle);
  expect(await two.sessions.open(first.token)).toBeNull();
});

test("handles and tokens do not repeat, and every bit of them varies (D1)", async () => {
  const { sessions } = harness({ maxPerUser: 1000 });
  const handles = new Set<string>();
  const ones = Array.from({ length: 128 }, () => 0);
  const count = 400;
  for (let n = 0; n < count; n++) {
    const { handle } = (await sessions.login("ada")).session;
    handles.add(handle);
    const bytes = atob(handle.replaceAll("-", "+").replaceAll("_", "/"));
    for (let bit = 0; bit < 128; bit++) {
      ones[bit] = (ones[bit] as number) + ((bytes.charCodeAt(bit >> 3) >> (bit & 7)) & 1);
    }
  }
  expect(handles.size).toBe(count);
  // Ten standard deviations: no run in 10^20 fails by chance.
  for (const each of ones) expect(Math.abs(each - count / 2)).toBeLessThan(100);
});
