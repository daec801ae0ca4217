import { createSessions } from "@sojourn/core";
import { memoryStore } from "@sojourn/memory";
import { logEvents } from "@sojourn/watch/log";
import { pino } from "pino";
import { expect, test } from "vitest";
import { SECRET } from "./secret.ts";

test("pino writes one line an event, at the event's level, with its fields as data", async () => {
  const written: string[] = [];
  const logger = pino({ base: null }, { write: (text) => written.push(text) });
  const sessions = createSessions({
    store: memoryStore(),
    secret: SECRET,
    onEvent: logEvents(logger, { appId: "shop" }),
  });
  const userId = 'ada\n{"level":50,"event":"forged"}\u2028';
  const { session, token } = await sessions.login(userId);
  await sessions.destroy(session);
  await sessions.open(token);
  await sessions.drain();

  expect(written.map((text) => text.split(/\r|\n|\u2028/).length)).toEqual(written.map(() => 2));
  const lines = written.map((text) => JSON.parse(text) as Record<string, unknown>);
  const common = { appid: "shop", time: expect.any(Number), datetime: expect.stringMatching(/Z$/) };
  const userIdAsLogged = 'ada\\u{a}{"level":50,"event":"forged"}\\u{2028}';
  expect(lines[0]).toMatchObject({
    ...common,
    level: 30,
    msg: "session_created",
    event: "session_created",
    userId: userIdAsLogged,
    handle: session.handle,
  });
  expect(lines.at(-2)).toMatchObject({ ...common, level: 30, msg: "session_logout" });
  expect(lines.at(-1)).toMatchObject({
    ...common,
    level: 40,
    msg: "token_refused",
    reason: "gone",
  });
});

test("a logger's own methods are called as its methods", () => {
  const lines: string[] = [];
  class Logger {
    #prefix = "log: ";
    info(_: object, message: string) {
      lines.push(this.#prefix + message);
    }
    warn = this.info;
    error = this.info;
  }
  logEvents(new Logger())({
    type: "session_created",
    at: 0,
    handle: null,
    userId: null,
    reason: null,
  } as never);
  expect(lines).toEqual(["log: session_created"]);
});
