import { ConfigurationError } from "@sojourn/core";
import { memoryStore } from "@sojourn/memory";
import { telemetry } from "@sojourn/otel";
import { expect, test } from "vitest";

test.each([
  [{ meterProvider: {} }, "option meterProvider: give it a MeterProvider, or leave it out"],
  [{ tracerProvider: () => {} }, "option tracerProvider: give it a TracerProvider, or leave"],
  [{ attributes: ["shop"] }, 'option attributes: give it an object such as { "app.area": "shop" }'],
  [{ attributes: { user: { id: 1 } } }, "of texts, numbers and truths"],
  [{ sessionId: "yes" }, "option sessionId: give it true or false"],
  [{ onEvent: {} }, "option onEvent: give it a function"],
  [{ handles: true }, "there is no option handles. Options: meterProvider, tracerProvider"],
  [null, "give an object of options, or nothing"],
])("%j is refused when configured, with what would do", (options, sentence) => {
  expect(() => telemetry(options as object)).toThrow(ConfigurationError);
  expect(() => telemetry(options as object)).toThrow(sentence);
});

test("options that are undefined are as good as left out", () => {
  const options = { meterProvider: undefined, sessionId: undefined };
  expect(() => telemetry(options as object)).not.toThrow();
});

test("what is no store is not observed", () => {
  const { observe } = telemetry();
  expect(() => observe({} as never)).toThrow("give it a store, such as memoryStore()");
  expect(() => observe(memoryStore())).not.toThrow();
});

test("the next listener's promise is given on, so that its failure is heard of", async () => {
  const failed = Promise.reject(new Error("The log is full."));
  failed.catch(() => {});
  const { onEvent } = telemetry({ onEvent: () => failed });
  const event = { type: "session_created", reason: null, userId: null, handle: null };
  await expect(onEvent(event as never, null)).rejects.toThrow("The log is full.");
});
