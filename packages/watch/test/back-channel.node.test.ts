import { createSessions, wrapStore } from "@sojourn/core";
import { memoryStore } from "@sojourn/memory";
import { backChannelLogout, type LogoutOutcome, oidcReference } from "@sojourn/watch/back-channel";
import { Hono } from "hono";
import type { JWK } from "jose";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, describe, expect, test } from "vitest";
import { type Claims, createProvider, issuer, logoutRequest } from "./provider.ts";
import { SECRET } from "./secret.ts";

const servers: Server[] = [];

afterEach(async () => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    await new Promise((closed) => server.close(closed));
  }
});

/** A provider's keys, over HTTP: each answer is what `answer` says then, a key set or a status. */
async function keyServer(answer: () => JWK[] | number) {
  const served = { url: "", requests: 0 };
  const server = createServer((_, response) => {
    served.requests++;
    const keys = answer();
    response.writeHead(typeof keys === "number" ? keys : 200, {
      "content-type": "application/json",
    });
    response.end(typeof keys === "number" ? "" : JSON.stringify({ keys }));
  });
  servers.push(server);
  await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
  served.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/jwks`;
  return served;
}

function ending() {
  const outcomes: LogoutOutcome[] = [];
  return {
    outcomes,
    onLogout: () => 1,
    onOutcome: (outcome: LogoutOutcome) => outcomes.push(outcome),
  };
}

describe("keys from their URL", () => {
  test("are asked for once, when the first token comes", async () => {
    const provider = await createProvider();
    const keys = await keyServer(() => [provider.publicKey]);
    const handler = backChannelLogout({ ...provider.settings(), jwks: keys.url, ...ending() });
    expect(keys.requests).toBe(0);
    for (let i = 0; i < 3; i++) {
      expect((await handler(logoutRequest(await provider.token()))).status).toBe(200);
    }
    expect(keys.requests).toBe(1);
  });

  test("are not asked for by a key that was made up, again and again", async () => {
    const provider = await createProvider();
    const keys = await keyServer(() => [provider.publicKey]);
    const handler = backChannelLogout({ ...provider.settings(), jwks: keys.url, ...ending() });
    for (let i = 0; i < 20; i++) {
      const token = await provider.token({ header: { kid: `made-up-${i}` } });
      expect((await handler(logoutRequest(token))).status).toBe(400);
    }
    expect(keys.requests).toBeLessThanOrEqual(2);
  });

  test.each<[string, (served: JWK) => JWK[] | number]>([
    ["are away", () => 500],
    ["have moved", () => 302],
    ["are no key set", () => ["no key" as JWK]],
  ])("that %s are a 503, and once they are back the same token is right", async (_, answer) => {
    const provider = await createProvider();
    let away = true;
    const keys = await keyServer(() => (away ? answer(provider.publicKey) : [provider.publicKey]));
    const { outcomes, ...end } = ending();
    const handler = backChannelLogout({ ...provider.settings(), jwks: new URL(keys.url), ...end });
    const token = await provider.token();
    expect((await handler(logoutRequest(token))).status).toBe(503);
    expect(outcomes).toMatchObject([{ type: "failed", token: null }]);
    away = false;
    expect((await handler(logoutRequest(token))).status).toBe(200);
  });

  test("that nobody serves are a 503", async () => {
    const provider = await createProvider();
    const { outcomes, ...end } = ending();
    const jwks = "http://127.0.0.1:9/jwks";
    const handler = backChannelLogout({ ...provider.settings(), jwks, ...end });
    expect((await handler(logoutRequest(await provider.token()))).status).toBe(503);
    expect(outcomes).toMatchObject([{ type: "failed" }]);
  });
});

describe("with the sessions of @sojourn/core, mounted in Hono", () => {
  async function shop() {
    const provider = await createProvider();
    const store = memoryStore();
    const outcomes: LogoutOutcome[] = [];
    const sessions = createSessions({ store, secret: SECRET, clock: provider.clock });
    const handler = backChannelLogout({
      ...provider.settings(),
      sessions,
      once: store.powers.once,
      onOutcome: (outcome) => outcomes.push(outcome),
    });
    const app = new Hono().post("/backchannel-logout", (c) => handler(c.req.raw));
    const tokens: [name: string, token: string][] = [];

    async function login(name: string, userId: string, of: { issuer: string; sid: string }) {
      const { token } = await sessions.login(userId, { reference: oidcReference(of) });
      tokens.push([name, token]);
    }
    async function alive(): Promise<string[]> {
      const opened = tokens.map(
        async ([name, token]) => [name, await sessions.open(token)] as const,
      );
      return (await Promise.all(opened)).filter(([, session]) => session).map(([name]) => name);
    }
    await login("laptop", "ada", { issuer, sid: "s1" });
    await login("phone", "ada", { issuer, sid: "s1" });
    await login("tablet", "ada", { issuer, sid: "s2" });
    await login("of another provider", "ada", { issuer: "https://other.example", sid: "s1" });
    await login("of somebody else", "grace", { issuer, sid: "s3" });
    await provider.clock.advance(1_000);
    return {
      alive,
      outcomes,
      async logout(claims: Claims) {
        const response = await app.request(logoutRequest(await provider.token({ claims })));
        return response.status;
      },
    };
  }

  test("both sessions of one iss and sid die, and another provider's of the same sid lives (ASVS 7.1.3, 10.5.5)", async () => {
    const { logout, alive, outcomes } = await shop();
    expect(await logout({ sid: "s1", sub: "ada" })).toBe(200);
    expect(await alive()).toEqual(["tablet", "of another provider", "of somebody else"]);
    expect(outcomes).toMatchObject([{ type: "logged_out", ended: 2 }]);
  });

  test("a token without a sid ends all of the user's sessions", async () => {
    const { logout, alive, outcomes } = await shop();
    expect(await logout({ sid: undefined, sub: "ada" })).toBe(200);
    expect(await alive()).toEqual(["of somebody else"]);
    expect(outcomes).toMatchObject([{ type: "logged_out", ended: 4 }]);
  });

  test("a sid that nobody is logged in with ends nothing, and is no error", async () => {
    const { logout, alive, outcomes } = await shop();
    expect(await logout({ sid: "s9", sub: "ada" })).toBe(200);
    expect(await alive()).toHaveLength(5);
    expect(outcomes).toMatchObject([{ type: "logged_out", ended: 0 }]);
  });
});

test("a store that is away is a 503, and afterwards the same token ends its session", async () => {
  const provider = await createProvider();
  const store = memoryStore();
  let away = false;
  const sessions = createSessions({
    store: wrapStore(store, (operation) => {
      if (away) throw new Error("no network");
      return operation();
    }),
    secret: SECRET,
    clock: provider.clock,
  });
  const handler = backChannelLogout({
    ...provider.settings(),
    sessions,
    once: store.powers.once,
    onOutcome: () => undefined,
  });
  const reference = oidcReference({ issuer, sid: "s1" });
  const { token } = await sessions.login("ada", { reference });
  await provider.clock.advance(1_000);
  const logoutToken = await provider.token({ claims: { sid: "s1" } });

  away = true;
  expect((await handler(logoutRequest(logoutToken))).status).toBe(503);
  away = false;
  expect(await sessions.open(token)).not.toBeNull();
  expect((await handler(logoutRequest(logoutToken))).status).toBe(200);
  expect(await sessions.open(token)).toBeNull();
  expect((await handler(logoutRequest(logoutToken))).status).toBe(400);
});
