import {
  backChannelLogout,
  type LogoutOutcome,
  oidcReference,
  type RevocableSessions,
} from "@sojourn/watch/back-channel";
import { Hono } from "hono";
import type { JWK } from "jose";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, describe, expect, test } from "vitest";
import { createProvider, issuer, logoutRequest } from "./provider.ts";

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

test("mounted in Hono, it ends both sessions of one sid, and not those of another provider's", async () => {
  const provider = await createProvider();
  const references = new Map([
    ["laptop", oidcReference({ issuer, sid: "s1" })],
    ["phone", oidcReference({ issuer, sid: "s1" })],
    ["tablet", oidcReference({ issuer, sid: "s2" })],
    ["elsewhere", oidcReference({ issuer: "https://other.example", sid: "s1" })],
  ]);
  const sessions: RevocableSessions = {
    async revokeByReference(reference) {
      const named = [...references].filter(([, other]) => other === reference);
      for (const [session] of named) references.delete(session);
      return named.length;
    },
    revokeAll: () => Promise.reject(new Error("The token names a sid.")),
  };
  const handler = backChannelLogout({ ...provider.settings(), sessions });
  const app = new Hono().post("/backchannel-logout", (c) => handler(c.req.raw));

  const token = await provider.token({ claims: { sid: "s1" } });
  expect((await app.request(logoutRequest(token))).status).toBe(200);
  expect([...references.keys()]).toEqual(["tablet", "elsewhere"]);
});
