import { Redis } from "@upstash/redis";
import fc from "fast-check";
import { describe, expect, inject, test } from "vitest";
import { upstashStore } from "../src/index.ts";
import { NOW, session } from "./records.ts";

const runs = process.env.SOJOURN_FULL === "1" ? 1_000 : 50;

/** Texts that a client which parses replies would give back as something else. */
const parsed = ["null", "true", "12", "-0", "1e5", "1e400", '"text"', "[]", '["a"]', "{}", "", " "];
/** And those that base64, UTF-8 or the client's own reading of replies might damage. */
const odd = ["OK", "T0s=", "\u{feff}text", "\0", "\u{1f9e6}", "\u2028", "\n", "\u0010n", "null\n"];

const text = fc.oneof(fc.constantFrom(...parsed, ...odd), fc.string({ unit: "grapheme" }));
const handle = fc.oneof(
  fc.stringMatching(/^[\w-]{22}$/),
  fc.stringMatching(/^\d{22}$/),
  // A client that parses replies takes these for numbers.
  fc.constantFrom("-100000000000000000000", "1".repeat(22), "1e5".padStart(22, "0")),
  fc.constantFrom("null".padEnd(22, "-"), "OK".padEnd(22, "A")),
);
const data = fc.dictionary(text, text, { maxKeys: 4 });

const clients = {
  "that parses replies, as it does by default": new Redis(inject("upstash")),
  "that does not": new Redis({ ...inject("upstash"), automaticDeserialization: false }),
  "without base64": new Redis({ ...inject("upstash"), responseEncoding: false }),
};

describe.each(Object.entries(clients))("through a client %s", (_, client) => {
  const store = upstashStore(client, { prefix: `${crypto.randomUUID()}:`, timeLimit: 20_000 });

  test("whatever is stored comes back, by every way that it can", async () => {
    const record = fc.record({
      handle,
      userId: fc.option(text),
      credential: text,
      policy: text,
      facts: fc.option(text),
      data,
    });
    await fc.assert(
      fc.asyncProperty(record, data, text, async (fields, later, other) => {
        const stored = session(fields);
        const at = { ...stored, version: 1 };
        const limit = { max: 1, onLimit: "evict-least-recent" } as const;

        expect(await store.create(stored, NOW)).toEqual({ status: "created", evicted: [] });
        expect(await store.read(stored, NOW)).toEqual(at);
        expect(await store.list(stored.partition, NOW, { withData: true })).toEqual([at]);
        const expectation = { expect: { [other]: "what nobody wrote" } };
        expect(await store.update(stored, expectation, NOW)).toEqual({
          status: "conflict",
          record: at,
        });
        expect(await store.update(stored, { set: later }, NOW)).toMatchObject({
          status: "updated",
        });
        expect((await store.read(stored, NOW))?.data).toEqual({ ...stored.data, ...later });
        const { partition } = stored;
        expect(await store.create(session({ partition }), NOW, { limit })).toEqual({
          status: "created",
          evicted: [stored.handle],
        });
      }),
      { numRuns: runs },
    );
  });

  test("more than a keep-alive request may carry in a browser", async () => {
    const record = session({ data: { long: `"${"ž".repeat(200_000)}"` } });
    await store.create(record, NOW);
    expect(await store.read(record, NOW)).toEqual({ ...record, version: 1 });
  });
});
