import { Redis } from "@upstash/redis";
import { expect, inject, test } from "vitest";

const redis = new Redis(inject("upstash"));
// All but a byte order mark in front, which the client takes off.
const texts = ["", "OK", "null", "12", "[1]", 'žluťoučký kůň 🐎\u0000\r\n"\\', "\u2028"];

test("Redis answers through the bridge, whatever the text", async () => {
  const raw = new Redis({ ...inject("upstash"), automaticDeserialization: false });
  for (const text of texts) {
    expect(await raw.set(`bridge:${text}`, text)).toBe("OK");
    expect(await raw.get(`bridge:${text}`)).toBe(text);
  }
  expect(await raw.eval("return ARGV", [], texts)).toEqual(texts);
});

test("a script answers with numbers, texts, nulls and arrays", async () => {
  const script = "return {KEYS[1], ARGV[1], 7, false, {redis.call('GET', KEYS[1]), 'ü'}}";
  await redis.set("bridge:key", "value");
  expect(await redis.eval(script, ["bridge:key"], ["argument"])).toEqual([
    "bridge:key",
    "argument",
    7,
    null,
    ["value", "ü"],
  ]);
});

test("a script that Redis doesn't know is a NOSCRIPT error", async () => {
  await expect(redis.evalsha("0".repeat(40), [], [])).rejects.toThrow("NOSCRIPT");
});
