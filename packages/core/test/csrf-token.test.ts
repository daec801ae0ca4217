import { createSessions } from "@sojourn/core";
import { memoryStore } from "@sojourn/memory";
import { expect, test } from "vitest";
import { harness, SECRETS } from "./harness.ts";

// A session's own token for forms: NIST SP 800-63B-4 5.1 asks for one in the body of a POST.
const [OLD, NEW] = SECRETS;

test("CS-CSRF: a token is good in its session, in any of its requests, and as often as it is sent", async () => {
  const { sessions } = harness();
  const { session, token } = await sessions.login("ada");
  const csrf = session.csrfToken();
  expect(csrf).toMatch(/^[\w-]{44}$/);
  const later = await sessions.open(token);
  for (let n = 0; n < 2; n++) expect(later!.isCsrfToken(csrf)).toBe(true);
  await later!.reauthenticate();
  expect(later!.isCsrfToken(csrf)).toBe(true);
});

test("CS-CSRF: the token of session A is refused in B, be it the same user's", async () => {
  const { sessions } = harness();
  const { session } = await sessions.login("ada");
  const others = [
    await sessions.login("ada"),
    await sessions.login("grace"),
    await sessions.create({ a: 1 }),
  ];
  for (const other of others) {
    expect(other.session.isCsrfToken(session.csrfToken())).toBe(false);
    expect(session.isCsrfToken(other.session.csrfToken())).toBe(false);
  }
});

test("A5: after login, the visitor's is refused, and after a second login the first one's", async () => {
  const { sessions } = harness();
  const visit = await sessions.create({ a: 1 });
  const before = visit.session.csrfToken();
  const first = await sessions.login("ada", { from: visit.session });
  const between = first.session.csrfToken();
  const second = await sessions.login("ada", { from: first.session });
  expect(second.session.isCsrfToken(before)).toBe(false);
  expect(second.session.isCsrfToken(between)).toBe(false);
});

test("BREACH: no two are alike, in either half", async () => {
  const { sessions } = harness();
  const { session } = await sessions.login("ada");
  const tokens = Array.from({ length: 100 }, () => session.csrfToken());
  for (const half of [tokens.map((t) => t.slice(0, 22)), tokens.map((t) => t.slice(22))]) {
    expect(new Set(half).size).toBe(100);
  }
});

test("changed by a character, or anything else that a form may send, it is refused", async () => {
  const { sessions } = harness();
  const { session } = await sessions.login("ada");
  const csrf = session.csrfToken();
  const changed = [...csrf].map(
    (each, i) => csrf.slice(0, i) + (each === "A" ? "B" : "A") + csrf.slice(i + 1),
  );
  const { handle } = session;
  const others = ["", handle, handle + handle, `${csrf}A`, csrf.slice(1), "\uD800".repeat(44)];
  const wrong = [undefined, null, 7, [csrf], { toString: () => csrf }, new Blob([csrf])];
  for (const each of [...changed, ...others, ...wrong]) {
    expect([each, session.isCsrfToken(each)]).toEqual([each, false]);
  }
  expect(session.isCsrfToken(csrf)).toBe(true);
});

test("it is good while the server's secret changes, and not in another namespace", async () => {
  const store = memoryStore();
  const { sessions: before, clock } = harness({ store, secret: [OLD, NEW] });
  const after = createSessions({ store, clock, secret: [NEW, OLD] });
  const { session, token } = await before.login("ada");
  const there = await after.peek(token);
  expect(there!.isCsrfToken(session.csrfToken())).toBe(true);
  expect(session.isCsrfToken(there!.csrfToken())).toBe(true);
  const alone = harness({ store, clock, secret: [OLD] }).sessions;
  expect((await alone.peek(token))!.isCsrfToken(there!.csrfToken())).toBe(false);
});
