import { describe, expect, it, test } from "vitest";
import {
  confirm,
  encodeCredential,
  freshCredential,
  renewalDue,
  renewed,
  standing,
} from "../src/internal/credential.ts";
import { resolveTimeouts } from "../src/timeouts.ts";
import { anyoneModel, type Claims } from "./renewal/anyone.ts";
import { browserModel, type Network } from "./renewal/browser.ts";
import { type Exploration, explore } from "./renewal/explore.ts";
import { careless, mutated, unkind } from "./renewal/mutants.ts";
import { protocol } from "./renewal/protocol.ts";
import { type Theft, theftModel } from "./renewal/theft.ts";
import { walk } from "./renewal/walk.ts";

// docs/decisions/0002-renewal.md says in words what is claimed here. `states` keeps an exploration
// from passing because it explored nothing.
function expectHolds(found: Exploration, states: number): void {
  expect(found).toMatchObject({ schedule: null, complete: true });
  expect(found.states).toBeGreaterThan(states);
}

const network: Network = {
  grace: 2,
  renewal: 4,
  inFlight: 4,
  lateRequest: 2,
  lateResponse: 2,
  slowHandler: 2,
};

describe("an honest browser", () => {
  it("invariant 5: loses nothing while requests and responses arrive within the grace", () => {
    expectHolds(explore(browserModel(protocol, network)), 40_000);
  });

  it("invariant 5: loses nothing to responses that are late by an interval less a grace", () => {
    const late = { ...network, renewal: 6, lateResponse: 4, slowHandler: 1 };
    expectHolds(explore(browserModel(protocol, late)), 15_000);
  });

  it("invariant 5: loses nothing to handlers that take nearly five intervals", () => {
    const short = { grace: 1, renewal: 2, inFlight: 2, lateRequest: 1, lateResponse: 1 };
    expectHolds(explore(browserModel(protocol, { ...short, slowHandler: 9 })), 100_000);
  });

  it("invariant 5: loses nothing to an application that renews at will", () => {
    const atWill = { ...network, renewal: 1, inFlight: 3, slowHandler: 0 };
    expectHolds(explore(browserModel(protocol, atWill)), 3_000);
  });

  it("invariant 5: loses nothing on random schedules of the protocol as it is stored", () => {
    const lossy = { ...network, grace: 3, renewal: 7, lateRequest: 3, lateResponse: 4 };
    for (let seed = 0; seed < 200; seed++) {
      expect(walk({ ...lossy, slowHandler: 34 }, seed, 1000), `seed ${seed}`).toBeNull();
    }
    const beyond = { ...lossy, lateRequest: 4 };
    expect(Array.from({ length: 200 }, (_, seed) => walk(beyond, seed, 1000))).toContain("reused");
  });

  it("invariant 5: loses its session at the soonest by a request that is late by a grace and a tick", () => {
    const { schedule } = explore(browserModel(protocol, { ...network, lateRequest: 3 }));
    expect(schedule).toEqual([
      ...Array.from({ length: network.renewal }, () => "a tick"),
      "the browser sends A",
      "A, sent 0 and arrived 0 ago, is current",
      "A is renewed to B",
      "the browser sends A",
      "the browser receives B",
      "the browser sends B",
      "B, sent 0 and arrived 0 ago, is unseen",
      "B is confirmed",
      ...Array.from({ length: network.grace + 1 }, () => "a tick"),
      "A, sent 3 and arrived 0 ago, is reused",
    ]);
  });

  it("invariant 5: loses its session by a response only if that is later than an interval less a grace, and the next one is late or lost", () => {
    const late = { ...network, renewal: 6, lateResponse: 5, slowHandler: 0 };
    const { schedule } = explore(browserModel(protocol, late));
    expect(schedule).toEqual([
      ...Array.from({ length: late.renewal }, () => "a tick"),
      "the browser sends A",
      "A, sent 0 and arrived 0 ago, is current",
      "A is renewed to B",
      ...Array.from({ length: late.lateResponse }, () => "a tick"),
      "the browser sends A",
      "the browser receives B",
      "a tick",
      "a tick",
      // This proves B lost, as far as the server can know.
      "A, sent 2 and arrived 0 ago, is current",
      "A is renewed to C",
      ...Array.from({ length: late.grace + 1 }, () => "a tick"),
      "the browser sends B",
      "B, sent 0 and arrived 0 ago, is reused",
    ]);
  });

  test.each(Object.keys(unkind))("invariant 5: a protocol that %s is refuted", (name) => {
    const broken = mutated(unkind[name] as object);
    const found = explore(browserModel(broken, { ...network, inFlight: 3, slowHandler: 3 }));
    expect(found.schedule?.at(-1)).toMatch(/ is (reused|unknown)$/);
  });
});

it("invariant 5: of 100 requests at one deadline one renews, and all succeed", () => {
  const [grace, renewal, deadline] = [60_000, 900_000, 900_000];
  const read = freshCredential("old", 0);
  let stored = encodeCredential(read);
  let renewals = 0;
  for (let i = 0; i < 100; i++) {
    expect(standing(read, "old", deadline, grace)).toBe("current");
    expect(renewalDue(read, deadline, renewal, grace)).toBe(true);
    const next = renewed(read, `new${i}`, deadline + i, grace);
    // The guard: what this request has read must still be what is stored.
    if (stored !== encodeCredential(read)) continue;
    stored = encodeCredential(next);
    renewals++;
    // Whoever reads from now on, with the old secret or with the new one, gets in and doesn't renew.
    expect(standing(next, "old", deadline + 1, grace)).toBe("current");
    expect(renewalDue(next, deadline + grace, renewal, grace)).toBe(false);
    const seen = confirm(next, `new${i}`, deadline + 1, grace);
    expect(standing(seen, "old", deadline + 1 + grace, grace)).toBe("grace");
    expect(renewalDue(seen, deadline + grace, renewal, grace)).toBe(false);
  }
  expect(renewals).toBe(1);
});

const claims: Claims = {
  grace: 1,
  renewal: 3,
  slowHandler: 1,
  rememberedFor: 6 * 3 + 1,
  newerMinted: 6,
  superseded: 6,
};

describe("whoever presents whichever secret whenever", () => {
  it("invariant 5: an old secret works for a grace after a newer one was seen, and is remembered for more than six intervals", () => {
    expectHolds(explore(anyoneModel(protocol, claims)), 20_000);
  });

  it("invariant 5: no more than that is claimed", () => {
    const more: Partial<Claims>[] = [
      { rememberedFor: claims.rememberedFor + 1 },
      { newerMinted: claims.newerMinted + 1 },
      { superseded: claims.superseded - 1 },
    ];
    for (const claim of more) {
      expect(explore(anyoneModel(protocol, { ...claims, ...claim })).schedule).not.toBeNull();
    }
  });

  test.each(Object.keys(careless))("invariant 5: a protocol that %s is refuted", (name) => {
    const broken = mutated(careless[name] as object);
    const apart = { ...claims, renewal: 4, rememberedFor: 6 * 4 + 1 };
    expect(explore(anyoneModel(broken, apart)).schedule).not.toBeNull();
  });
});

describe("a thief who copied the token, and an owner who goes on", () => {
  const timing = { grace: 1, renewal: 2, pause: 8 };

  it("invariant 5: from the first sight of a renewed secret the session ends within a grace and a pause", () => {
    const theft: Theft = { ...timing, thief: "hoards", from: "sight", within: 1 + 8 };
    expectHolds(explore(theftModel(protocol, theft)), 30_000);
    expect(explore(theftModel(protocol, { ...theft, within: 1 + 7 })).schedule).not.toBeNull();
  });

  it("invariant 5: a thief who takes on new secrets is found within an interval, a grace and three pauses", () => {
    const theft: Theft = { ...timing, thief: "adopts", from: "theft", within: 2 + 1 + 3 * 8 - 1 };
    expectHolds(explore(theftModel(protocol, theft)), 15_000);
    expect(
      explore(theftModel(protocol, { ...theft, within: 2 + 1 + 3 * 8 - 2 })).schedule,
    ).not.toBeNull();
  });

  it("invariant 5: an owner who pauses for five intervals less a grace may find only a refusal", () => {
    const theft: Theft = { ...timing, pause: 9, thief: "adopts", from: "theft", within: 99 };
    expect(explore(theftModel(protocol, theft)).schedule?.at(-1)).toBe(
      "the owner presents A: unknown",
    );
  });

  test.each(["aal2", "aal3"] as const)(
    "invariant 5: that is longer than the idle timeout of %s",
    (preset) => {
      const { idle, renewal, grace } = resolveTimeouts(preset).default;
      if (idle === null || renewal === null) throw new Error("This preset has both.");
      // The worst: the thief holds a renewal back for an interval, the owner's last request is in the
      // grace of the copied secret, and the thief then presents each renewal at once.
      const sight = 2 * renewal;
      let stored = renewed(freshCredential("copied", 0), "held back", renewal, grace);
      stored = confirm(stored, "held back", sight, grace);
      expect(standing(stored, "copied", sight + grace, grace)).toBe("grace");
      const back = sight + grace + idle;
      for (let at = sight; at <= back; at += renewal) {
        expect(renewalDue(stored, at, renewal, grace)).toBe(true);
        stored = confirm(renewed(stored, `of ${at}`, at, grace), `of ${at}`, at, grace);
      }
      expect(standing(stored, "copied", back, grace)).toBe("reused");
    },
  );

  it("invariant 5: a thief who takes every renewal and presents none is one client to the server", () => {
    const [grace, renewal] = [60_000, 900_000];
    let stored = freshCredential("copied", 0);
    for (let i = 1; i <= 100; i++) {
      const deadline = i * (renewal + 1);
      expect(renewalDue(stored, deadline, renewal, grace)).toBe(true);
      stored = renewed(stored, `thrown away ${i}`, deadline, grace);
      // The owner comes a moment later and is given none.
      expect(standing(stored, "copied", deadline + 1, grace)).toBe("current");
      expect(renewalDue(stored, deadline + 1, renewal, grace)).toBe(false);
    }
  });
});
