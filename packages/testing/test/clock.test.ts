import { fakeClock } from "@sojourn/testing";
import { expect, test } from "vitest";

test("time stands still until it is told to pass", async () => {
  const clock = fakeClock(1_000);
  expect(clock.now()).toBe(1_000);
  await new Promise((resolve) => setTimeout(resolve, 5));
  expect(clock.now()).toBe(1_000);
  const advanced = clock.advance(250);
  expect(clock.now()).toBe(1_250);
  await advanced;
  expect(clock.now()).toBe(1_250);
});

test("sleepers wake in the order of their times, those alike in the order they came", async () => {
  const clock = fakeClock(0);
  const woken: [string, number][] = [];
  async function sleep(name: string, ms: number) {
    await clock.sleep(ms);
    woken.push([name, clock.now()]);
  }
  void sleep("late", 30);
  void sleep("early", 10);
  void sleep("alike", 30);
  void sleep("not yet", 31);
  expect(clock.sleeping).toBe(4);
  await clock.advance(30);
  expect(woken).toEqual([
    ["early", 10],
    ["late", 30],
    ["alike", 30],
  ]);
  expect(clock.sleeping).toBe(1);
  expect(clock.now()).toBe(30);
});

test("who wakes and sleeps again wakes at its time", async () => {
  const clock = fakeClock(0);
  const times: number[] = [];
  void (async () => {
    for (let i = 0; i < 3; i++) {
      await clock.sleep(10);
      times.push(clock.now());
    }
  })();
  await clock.advance(25);
  expect(times).toEqual([10, 20]);
  await clock.advance(5);
  expect(times).toEqual([10, 20, 30]);
});

test("a sleep of no length waits for time to pass, too", async () => {
  const clock = fakeClock(0);
  let woken = false;
  void clock.sleep(-5).then(() => (woken = true));
  await Promise.resolve();
  expect(woken).toBe(false);
  await clock.advance(0);
  expect(woken).toBe(true);
});

test("an aborted signal ends a sleep at once, before it began or while it lasts", async () => {
  const clock = fakeClock(0);
  await clock.sleep(10, AbortSignal.abort());
  const controller = new AbortController();
  const sleep = clock.sleep(10, controller.signal);
  expect(clock.sleeping).toBe(1);
  controller.abort();
  await sleep;
  expect(clock.sleeping).toBe(0);
  expect(clock.now()).toBe(0);
});
