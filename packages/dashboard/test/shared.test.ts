import { MESSAGE_BYTES, type SessionEvent, type Store } from "@sojourn/core";
import { dashboard } from "@sojourn/dashboard";
import { memoryStore } from "@sojourn/memory";
import { fakeClock } from "@sojourn/testing";
import { expect, test } from "vitest";
import { figure, read } from "./harness.ts";

const NOBODY = { at: 0, handle: null, userId: null, impersonator: null, client: null };

/** Processes on one store, each with a page of its own, and all that they tell each other. */
async function processes(many: number, namespaces: readonly string[] = []) {
  const clock = fakeClock();
  const store = memoryStore();
  const messages: string[] = [];
  const channel = store.powers.channel;
  const shared = {
    channel: {
      ...channel,
      subscribe: channel.subscribe.bind(channel),
      publish(topic: string, message: string) {
        messages.push(message);
        return channel.publish(topic, message);
      },
    },
  };
  const boards = Array.from({ length: many }, (_, i) =>
    dashboard({ isAdmin: () => true, clock, shared, namespace: namespaces[i] ?? "" }),
  );
  for (const board of boards) await board.drain();
  return {
    clock,
    store: store as Store,
    messages,
    boards,
    tell(board: number, event: object) {
      const told = { ...NOBODY, ...event, at: clock.now() } as SessionEvent;
      boards[board]?.onEvent(told, null);
    },
    async page(board: number) {
      const response = await boards[board]?.fetch(new Request("https://shop.example/"));
      return (await response?.text()) ?? "";
    },
  };
}

test("what several processes count is one figure on the page of each", async () => {
  const { boards, tell, page, clock } = await processes(3);
  for (const board of [0, 1, 2]) {
    for (let i = 0; i <= board; i++) tell(board, { type: "session_created", reason: null });
  }
  await clock.advance(1_000);
  for (const board of [0, 1, 2]) {
    const html = await page(board);
    expect(figure(html, "created", "Anonymous")).toBe("6");
    expect(read(html)).toContain("of this process and of 2 others");
  }
  for (const board of boards) board.close();
});

test("alerts and sessions in use of another process are there, too", async () => {
  const { tell, page, boards } = await processes(2);
  const alert = { type: "alert", reason: "guessing", severity: "critical", done: ["throttled"] };
  tell(0, { ...alert, userId: "ada", evidence: { network: "203.0.113.0/24" } });
  const handle = "kF3v9Qm2Zx7Lr0Tn5Yb8Wc";
  tell(0, { type: "session_accessed", reason: null, handle, userId: "ada" });
  await boards[0]?.drain();
  const text = read(await page(1));
  expect(text).toContain("critical guessing of ada");
  expect(text).toContain("network 203.0.113.0/24");
  expect(text).toContain("Done: throttled.");
  expect(text).toContain("In use ≈ 1");
});

test("sessions that another process saw as a minute ended are in use, too", async () => {
  const { tell, page, clock, boards } = await processes(2);
  await clock.advance(59_900 - (clock.now() % 60_000));
  for (const first of "AbCd") {
    const handle = `${first}F3v9Qm2Zx7Lr0Tn5Yb8Wc`;
    tell(0, { type: "session_created", reason: null, handle, userId: "ada" });
  }
  await clock.advance(10_000);
  expect(read(await page(1))).toContain("In use ≈ 4");
  for (const board of boards) board.close();
});

test("a store call of another process counts to the latency", async () => {
  const { boards, store, page } = await processes(2);
  await boards[0]?.store(store).list("p".repeat(16), 0);
  await boards[0]?.drain();
  expect(read(await page(1))).toContain("1 calls in 3 hours");
});

test("a process tells at most once a second, however much happens", async () => {
  const { tell, clock, messages } = await processes(2);
  for (let ms = 0; ms < 10_000; ms += 10) {
    for (let i = 0; i < 20; i++) tell(0, { type: "token_refused", reason: "malformed" });
    await clock.advance(10);
  }
  expect(messages.length).toBeLessThanOrEqual(10);
  expect(messages.length).toBeGreaterThanOrEqual(9);
});

test("a second in which all happens at once is told in messages that a channel takes", async () => {
  const { boards, tell, page, messages, store } = await processes(2);
  const kinds = ["malformed", "gone", "outlived", "unknown-secret", "duplicate", "binding"];
  for (let i = 0; i < 1_000; i++) {
    tell(0, { type: "token_refused", reason: kinds[i % 6] });
    const evidence = Object.fromEntries(kinds.map((kind) => [kind, "\u00fc".repeat(500)]));
    tell(0, {
      type: "alert",
      reason: `${i}`,
      severity: "info",
      evidence,
      done: [],
      userId: `${i}`,
    });
  }
  await boards[0]?.store(store).list("p".repeat(16), 0);
  await boards[0]?.drain();
  for (const message of messages) {
    expect(new TextEncoder().encode(message).length).toBeLessThanOrEqual(MESSAGE_BYTES);
  }
  expect(read(await page(1))).toContain("1,000 in 3 hours");
});

test("dashboards of two namespaces do not hear each other", async () => {
  const { tell, page, clock } = await processes(2, ["shop", "admin"]);
  tell(0, { type: "session_created", reason: null });
  await clock.advance(1_000);
  expect(figure(await page(0), "created", "Anonymous")).toBe("1");
  expect(figure(await page(1), "created", "Anonymous")).toBe("0");
});

test("what is no message of a dashboard changes nothing", async () => {
  const clock = fakeClock();
  let hear: (message: string) => unknown = () => {};
  let topic = "";
  const channel = {
    publish: async () => {},
    subscribe: async (name: string, listener: (message: string) => unknown) => {
      topic = name;
      hear = listener;
    },
  };
  const board = dashboard({ isAdmin: () => true, clock, shared: { channel } });
  const before = board.entries;
  expect(topic).toMatch(/^sojourn:dashboard::\w+$/);
  for (const message of [
    "",
    "{",
    "null",
    "[]",
    '["a"]',
    '[1,"counts",[0,5]]',
    '["a","counts",[-1,5,9999,5,0,-5,0.5,1,"x",1,0,1e300,0]]',
    '["a","counts",{}]',
    '["a","users","short"]',
    '["a","users",null]',
    '["a","notice",null]',
    '["a","notice",{"severity":"critical","reason":{},"at":"now"}]',
    '["a","notice",{"severity":"fatal","reason":"x","at":1}]',
  ]) {
    hear(message);
  }
  expect(board.entries - before).toBeLessThanOrEqual(1);
  const html = await (await board.fetch(new Request("https://shop.example/"))).text();
  expect(figure(html, "created", "Signed in")).toBe("0");
  expect(read(html)).toContain("In use ≈ 0");
  expect(read(html)).toContain("Nothing is wrong");
});

test("a channel that is away is said, and tried again", async () => {
  const clock = fakeClock();
  let away = true;
  let subscribed = 0;
  const channel = {
    publish: async () => {},
    async subscribe() {
      subscribed++;
      if (away) throw new Error("away");
    },
  };
  const board = dashboard({ isAdmin: () => true, clock, shared: { channel } });
  await board.drain();
  const page = async () =>
    read(await (await board.fetch(new Request("https://shop.example/"))).text());
  await clock.advance(12_000);
  expect(await page()).toContain("This process does not hear the others");
  away = false;
  await clock.advance(15_000);
  expect(subscribed).toBe(2);
  expect(await page()).toContain("Nothing is wrong");
  board.close();
});
