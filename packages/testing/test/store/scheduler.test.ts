import { expect, test } from "vitest";
import { createScheduler, explore } from "../../src/store/scheduler.ts";

/** Runs two tasks in every order and gives the traces. */
async function traces(first: number, second: number, limit?: number): Promise<[string[], boolean]> {
  const scheduler = createScheduler();
  const found: string[] = [];
  const all = await explore(async (choose) => {
    let trace = "";
    const task = (name: string, steps: number) => async () => {
      trace += name;
      for (let i = 0; i < steps; i++) {
        await scheduler.step();
        trace += name;
      }
    };
    await scheduler.run([task("a", first), task("b", second)], choose);
    found.push(trace);
  }, limit);
  return [found, all];
}

test("every order of two tasks' steps is run once", async () => {
  const [found, all] = await traces(0, 1);
  expect(found.toSorted()).toEqual(["abb", "bab", "bba"]);
  expect(all).toBe(true);
  // Three steps each: 6! / (3! 3!).
  const [more] = await traces(2, 2);
  expect(new Set(more).size).toBe(20);
  expect(more).toHaveLength(20);
});

test("exploring stops at its limit, and says so", async () => {
  const [found, all] = await traces(2, 2, 5);
  expect(found).toHaveLength(5);
  expect(all).toBe(false);
});

test("outside a run a step does not wait", async () => {
  const { step } = createScheduler();
  await step();
});

test("a run tells when each task began and ended, and what it gave", async () => {
  const { run, step } = createScheduler();
  const long = async () => {
    await step();
    return "long";
  };
  const short = async () => "short";
  const last = (count: number) => count - 1;
  expect(await run<string>([long, short], last)).toEqual([
    { result: "long", startedAt: 2, endedAt: 3 },
    { result: "short", startedAt: 1, endedAt: 1 },
  ]);
});

test("a task that fails fails the run, after the others have ended", async () => {
  const { run, step } = createScheduler();
  let ended = false;
  const fails = () => Promise.reject(new Error("told to"));
  const goesOn = async () => {
    await step();
    ended = true;
  };
  await expect(run<void>([fails, goesOn], () => 0)).rejects.toThrow("told to");
  expect(ended).toBe(true);
});
