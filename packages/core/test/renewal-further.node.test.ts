import { describe, expect, it } from "vitest";
import { anyoneModel } from "./renewal/anyone.ts";
import { browserModel } from "./renewal/browser.ts";
import { explore, type Model } from "./renewal/explore.ts";
import { protocol } from "./renewal/protocol.ts";
import { theftModel } from "./renewal/theft.ts";
import { walk } from "./renewal/walk.ts";

const minutes = 60_000;

/** Prints the number, which docs/decisions/0002-renewal.md states. */
function expectHolds<State>(what: string, model: Model<State>, states: number): void {
  const found = explore(model, 8_000_000);
  console.log(`${what}: ${found.states} states, depth ${found.depth}`);
  expect(found).toMatchObject({ schedule: null, complete: true });
  expect(found.states).toBeGreaterThan(states);
}

describe.runIf(process.env.SOJOURN_FULL === "1")("renewal, further", () => {
  const network = { grace: 3, renewal: 7, lateRequest: 3, lateResponse: 4 };

  it(
    "invariant 5: four requests in flight, finer ticks, slower handlers",
    { timeout: 10 * minutes },
    () => {
      const finer = { grace: 4, renewal: 9, lateRequest: 4, lateResponse: 5 };
      expectHolds(
        "four in flight",
        browserModel(protocol, { ...finer, inFlight: 4, slowHandler: 5 }),
        1_000_000,
      );
    },
  );

  it("invariant 5: eight requests in flight", { timeout: 10 * minutes }, () => {
    const eight = {
      grace: 2,
      renewal: 4,
      lateRequest: 2,
      lateResponse: 2,
      inFlight: 8,
      slowHandler: 2,
    };
    expectHolds("eight in flight", browserModel(protocol, eight), 1_000_000);
  });

  const short = { grace: 1, renewal: 3, inFlight: 2, lateRequest: 1, lateResponse: 2 };

  it("invariant 5: handlers that take nearly five intervals", { timeout: 10 * minutes }, () => {
    const slow = { ...short, slowHandler: 14 };
    expectHolds("slow handlers", browserModel(protocol, slow), 1_000_000);
  });

  it(
    "invariant 5: an honest browser keeps its session when handlers take longer, though a request may be refused",
    { timeout: 10 * minutes },
    () => {
      const slow = { ...short, slowHandler: 15 };
      const { schedule } = explore(browserModel(protocol, slow));
      expect(schedule?.at(-1)).toBe("A, sent 16 and arrived 15 ago, is unknown");
      const refusing = { ...slow, mayRefuse: true };
      expectHolds("slower handlers", browserModel(protocol, refusing), 1_500_000);
    },
  );

  it("invariant 5: whoever presents whichever secret", { timeout: 10 * minutes }, () => {
    const claims = {
      grace: 3,
      renewal: 8,
      slowHandler: 4,
      rememberedFor: 6 * 8 + 1,
      newerMinted: 6,
      superseded: 6,
    };
    expectHolds("anyone", anyoneModel(protocol, claims), 400_000);
    const inMinutes = {
      ...claims,
      grace: 1,
      renewal: 15,
      slowHandler: 2,
      rememberedFor: 6 * 15 + 1,
    };
    expectHolds("anyone, in minutes", anyoneModel(protocol, inMinutes), 400_000);
  });

  it(
    "invariant 5: an owner and a thief who keeps all, both away for nearly five intervals",
    { timeout: 10 * minutes },
    () => {
      const timing = { grace: 1, renewal: 5, pause: 23 };
      const hoarder = { ...timing, thief: "hoards", from: "sight", within: 1 + 23 } as const;
      expectHolds("hoarding thief", theftModel(protocol, hoarder), 600_000);
    },
  );

  it(
    "invariant 5: an owner and a thief in minutes, both away for the default idle timeout",
    { timeout: 10 * minutes },
    () => {
      const timing = { grace: 1, renewal: 15, pause: 60 };
      const within = 15 + 1 + 3 * 60 - 1;
      const adopter = { ...timing, thief: "adopts", from: "theft", within } as const;
      expectHolds("adopting thief", theftModel(protocol, adopter), 6_500_000);
    },
  );

  it("invariant 5: 3,000 random schedules", { timeout: 10 * minutes }, () => {
    for (let seed = 0; seed < 3_000; seed++) {
      const lossy = { ...network, inFlight: 8, slowHandler: 34 };
      expect(walk(lossy, seed, 2_000), `seed ${seed}`).toBeNull();
    }
  });
});
