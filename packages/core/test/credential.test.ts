import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  confirm,
  type Credential,
  decodeCredential,
  encodeCredential,
  freshCredential,
  renewalDue,
  renewed,
  standing,
} from "../src/internal/credential.ts";

const MINUTE = 60_000;
const grace = MINUTE;
const renewal = 15 * MINUTE;
const now = Date.UTC(2026, 10, 24);

/** As SHA-256 in base64url: 43 characters. */
function hashOf(name: string): string {
  return name.padStart(43, "-");
}

const [a, b, c] = [hashOf("a"), hashOf("b"), hashOf("c")];
const fresh = freshCredential(a, now);
const due = now + renewal;
const underWay = renewed(fresh, b, due, grace);
const sight = due + 1000;
const seen = confirm(underWay, b, sight, grace);

describe("standing", () => {
  it("knows the secret of a fresh credential and no other", () => {
    expect(standing(fresh, a, now, grace)).toBe("current");
    expect(standing(fresh, b, now, grace)).toBe("unknown");
  });

  it("invariant 5: the old secret stays current until the new one is seen, however long that takes", () => {
    expect(standing(underWay, a, due + 365 * 24 * 60 * MINUTE, grace)).toBe("current");
    expect(standing(underWay, b, due + 365 * 24 * 60 * MINUTE, grace)).toBe("unseen");
  });

  it("invariant 5: from the sight of the new secret the old one works for a grace, then it is reused", () => {
    expect(standing(seen, b, sight, grace)).toBe("current");
    expect(standing(seen, a, sight, grace)).toBe("grace");
    expect(standing(seen, a, sight + grace, grace)).toBe("grace");
    expect(standing(seen, a, sight + grace + 1, grace)).toBe("reused");
  });

  it("invariant 5: goes by when a request arrived, even if that was before the sight", () => {
    expect(standing(seen, a, sight - MINUTE, grace)).toBe("grace");
  });

  it("invariant 5: a shorter grace in force bites at once", () => {
    expect(standing(seen, a, sight + 1001, 1000)).toBe("reused");
  });

  it("invariant 1: after a rotation every earlier secret is unknown, without a grace", () => {
    const rotated = freshCredential(c, sight);
    for (const hash of [a, b]) expect(standing(rotated, hash, sight, grace)).toBe("unknown");
  });
});

describe("confirm", () => {
  it("makes the unseen secret current and keeps when it was minted", () => {
    expect(seen).toEqual({
      current: { hash: b, at: due },
      unseen: null,
      superseded: [{ hash: a, at: sight }],
    });
  });

  it("gives the same object back where there is nothing to confirm, so that nothing is written", () => {
    for (const hash of [a, c]) expect(confirm(underWay, hash, sight, grace)).toBe(underWay);
    for (const hash of [a, b]) expect(confirm(seen, hash, sight, grace)).toBe(seen);
  });
});

describe("renewalDue", () => {
  it("comes at the interval, and never where there is none", () => {
    expect(renewalDue(fresh, due - 1, renewal, grace)).toBe(false);
    expect(renewalDue(fresh, due, renewal, grace)).toBe(true);
    expect(renewalDue(fresh, due, null, grace)).toBe(false);
  });

  it("counts from the minting of the current secret, not from its sight", () => {
    expect(renewalDue(seen, due + renewal - 1, renewal, grace)).toBe(false);
    expect(renewalDue(seen, due + renewal, renewal, grace)).toBe(true);
  });

  it("waits for more than an interval while a renewal is unseen", () => {
    expect(renewalDue(underWay, due + renewal, renewal, grace)).toBe(false);
    expect(renewalDue(underWay, due + renewal + 1, renewal, grace)).toBe(true);
  });

  it("waits for more than two graces while a renewal is unseen, even where one is asked for", () => {
    expect(renewalDue(fresh, now, 0, grace)).toBe(true);
    expect(renewalDue(underWay, due + 2 * grace, 0, grace)).toBe(false);
    expect(renewalDue(underWay, due + 2 * grace + 1, 0, grace)).toBe(true);
  });

  it("is not due for a request that arrived before the current secret was minted", () => {
    expect(renewalDue(fresh, now - 1, 0, grace)).toBe(false);
  });
});

describe("renewed", () => {
  it("adds an unseen secret beside the current one", () => {
    expect(underWay).toEqual({
      current: { hash: a, at: now },
      unseen: { hash: b, at: due },
      superseded: [],
    });
  });

  it("remembers a renewal that it gives up, so that two browsers are told from a lost response", () => {
    const later = due + renewal + 1;
    const again = renewed(underWay, c, later, grace);
    expect(again.unseen).toEqual({ hash: c, at: later });
    expect(standing(again, a, later, grace)).toBe("current");
    expect(standing(again, b, later + grace, grace)).toBe("grace");
    expect(standing(again, b, later + grace + 1, grace)).toBe("reused");
  });

  it("changes nothing that it was given", () => {
    expect(fresh).toEqual(freshCredential(a, now));
  });
});

describe("what is remembered", () => {
  /** The credential after so many renewals, each seen at once. */
  function renewedOften(times: number, apart: number): Credential {
    let credential = freshCredential(hashOf("0"), now);
    for (let i = 1; i <= times; i++) {
      const at = now + i * apart;
      credential = confirm(
        renewed(credential, hashOf(`${i}`), at, grace),
        hashOf(`${i}`),
        at,
        grace,
      );
    }
    return credential;
  }

  it("invariant 5: six secrets past their grace; an older one is refused and ends nothing", () => {
    const credential = renewedOften(9, renewal);
    const verdicts = Array.from({ length: 10 }, (_, i) =>
      standing(credential, hashOf(`${i}`), now + 10 * renewal, grace),
    );
    expect(verdicts.slice(0, 3)).toEqual(Array(3).fill("unknown"));
    expect(verdicts.slice(3)).toEqual([...Array(6).fill("reused"), "current"]);
  });

  it("invariant 5: every secret within its grace, however often an application renews", () => {
    const credential = renewedOften(50, 1000);
    for (let i = 0; i < 50; i++) {
      expect(standing(credential, hashOf(`${i}`), now + 50_000, grace)).toBe("grace");
    }
  });
});

describe("as text", () => {
  const hash = fc.uint8Array({ minLength: 32, maxLength: 32 }).map((bytes) =>
    btoa(String.fromCharCode(...bytes))
      .replace(/\+/g, "-")
      .replace(/\//g, "_")
      .slice(0, 43),
  );
  // Times of ten digits: past the year 100,000.
  const entry = fc.record({ hash, at: fc.maxSafeNat().map((at) => at % 36 ** 10) });
  const credentials: fc.Arbitrary<Credential> = fc.record({
    current: entry,
    unseen: fc.option(entry),
    superseded: fc.array(entry, { maxLength: 8 }),
  });

  it("comes back as it went", () => {
    fc.assert(
      fc.property(credentials, (credential) => {
        expect(decodeCredential(encodeCredential(credential))).toEqual(credential);
      }),
    );
  });

  it("takes 52 characters fresh, and 423 at most where renewals are timed", () => {
    expect(encodeCredential(fresh)).toHaveLength(52);
    const last = Date.UTC(2059, 0, 1);
    const at = (name: string): { hash: string; at: number } => ({ hash: hashOf(name), at: last });
    // renewal-model.node.test.ts shows that there are never more.
    const superseded = ["c", "d", "e", "f", "g", "h"].map(at);
    const largest = { current: at("a"), unseen: at("b"), superseded };
    expect(encodeCredential(largest)).toHaveLength(423);
  });

  it("invariant 8: damaged text gives null and never throws", () => {
    const good = encodeCredential(seen);
    const damaged = [
      "",
      "|",
      "||",
      ",",
      ".",
      a,
      `${a}.`,
      `.${now.toString(36)}`,
      `${a}.NaN`,
      `${a}.-`,
      `${a}.1.5`,
      `${a}.01`,
      `${a}.+1`,
      `${a}.1Z`,
      `${a}.1|`,
      `${a}.1||`,
      `${a}.1,${b}.1`,
      `${a}.1|${b}.1,${c}.1`,
      `${a}.1|||`,
      `${a}.1||${b}.1|${c}.1`,
      `${a}.1||${b}.1,`,
      ` ${good}`,
      `${good}\n`,
      good.slice(1),
      good.replace(a, a.slice(1)),
      "[object Object]",
      "null",
      '{"current":{}}',
      "\0",
      "|".repeat(100_000),
      `${a}.1,`.repeat(10_000),
    ];
    for (const text of damaged) expect(decodeCredential(text), JSON.stringify(text)).toBeNull();
  });

  it("invariant 8: whatever it accepts is the one text of that credential", () => {
    const texts = fc.oneof(
      fc.string({ unit: "binary" }),
      fc.stringMatching(/^[a.|,1]{0,200}$/),
      // One change to a good text: something in place of some of it.
      fc
        .tuple(credentials, fc.nat(), fc.nat(3), fc.string({ maxLength: 3 }))
        .map(([credential, at, cut, put]) => {
          const good = encodeCredential(credential);
          const start = at % good.length;
          return good.slice(0, start) + put + good.slice(start + cut);
        }),
    );
    fc.assert(
      fc.property(texts, (text) => {
        const credential = decodeCredential(text);
        if (credential !== null) expect(encodeCredential(credential)).toBe(text);
      }),
      { numRuns: 1000 },
    );
  });
});
