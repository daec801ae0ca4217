import { expect } from "vitest";
import { spellings } from "./spellings.ts";
import { ANONYMOUS, handedOut, look, USER } from "./look.ts";
import type { Stage, Story } from "./stage.ts";

/** Invariant 7: who reads the store, the logs or an error has nothing to get in with. */
export const dump: readonly Story[] = [
  {
    title: "invariant 7: no secret and no MAC occurs in the store, in any encoding (D1, D3)",
    async run(stage) {
      const tokens = await eventfulLife(stage);
      expectFree(JSON.stringify(stage.records()), tokens);
    },
  },
  {
    title: "invariant 7: no secret and no MAC occurs in events, warnings or lists (D5, D6)",
    async run(stage) {
      const tokens = await eventfulLife(stage);
      const { sessions } = await stage.serve();
      const told = [
        stage.events,
        stage.warnings,
        await sessions.list("ada"),
        await sessions.list("grace"),
      ];
      expect(stage.events.length).toBeGreaterThan(5);
      expectFree(JSON.stringify(told), tokens);
    },
  },
  {
    title:
      "invariant 7: no secret and no MAC occurs in what a session, or an error, prints (D5, ASVS 16.5.1)",
    async run(stage) {
      const printed: string[] = [];
      const site = await stage.serve({
        routes: {
          "POST /print": async (session, query) => {
            const current = await session.login("ada");
            printed.push(...(await everyPrint(session)), ...(await everyPrint(current)));
            current.data["bad"] = query.has("bad") ? Number.NaN : 1;
            await current.rotate().catch(async (error: unknown) => {
              printed.push(...(await everyPrint(error)));
            });
            await session.login("ada", { policy: "unheard-of" }).catch(async (error: unknown) => {
              printed.push(...(await everyPrint(error)));
            });
            printed.push(...(await everyPrint(current)));
            return Response.json(current);
          },
        },
      });
      const tokens: string[] = [];
      for (const [path, broken] of [
        ["/print", false],
        ["/print?bad", false],
        ["/print", true],
      ] as const) {
        if (broken) stage.store.break("update");
        const response = await site.browser().post(path);
        stage.store.mend();
        tokens.push(...tokensIn(response));
        printed.push(await response.text());
      }
      expect(tokens.length).toBeGreaterThan(0);
      expect(printed.join("\n")).toContain("Session");
      expectFree(printed.join("\n"), tokens);
    },
  },
  {
    title: "invariant 7: nothing found in the store opens a session when sent as a cookie (D4, J8)",
    async run(stage) {
      await eventfulLife(stage);
      const browser = (await stage.serve()).browser();
      const found = new Set<string>();
      for (const record of stage.records()) {
        for (const text of Object.values(record).map(String)) {
          found.add(text);
          for (const part of text.split(/[^\w-]+/)) found.add(part);
        }
        found.add(JSON.stringify(record));
        found.add(record.partition + record.handle);
        found.add(record.handle + record.credential.slice(0, 43));
      }
      expect(found.size).toBeGreaterThan(10);
      for (const value of found) {
        if (value === "" || /[^ -~]/.test(value)) continue;
        for (const sent of new Set([value, value.padEnd(112, "A").slice(0, 112)])) {
          expect(await look(browser, `${USER}=${sent}; ${ANONYMOUS}=${sent}`)).toBeNull();
        }
      }
    },
  },
];

/** Logins, renewals, a rotate, refusals and a failure. Gives all tokens that were handed out. */
async function eventfulLife(stage: Stage): Promise<string[]> {
  const site = await stage.serve();
  const tokens: string[] = [];
  const note = async (sent: Promise<Response>) => {
    const response = await sent;
    tokens.push(...tokensIn(response));
    await stage.settle();
  };
  const browser = site.browser();
  await note(browser.post("/set?key=cart&value=socks"));
  await note(browser.post("/login?user=ada&carry=cart"));
  const early = browser.cookieHeader();
  await note(browser.get("/me"));
  await note(browser.post("/rotate"));
  await note(browser.get("/me", { cookie: early }));
  for (let renewals = 0; renewals < 3; renewals++) {
    stage.clock.advance(16 * 60_000);
    await note(browser.get("/me"));
    await note(browser.get("/me"));
  }
  await note(browser.get("/me", { cookie: `${browser.cookieHeader()}x` }));
  const other = site.browser();
  await note(other.post("/login?user=grace"));
  await note(other.post("/logout", { hold: true }));
  await note(other.get("/me"));
  await note(other.post("/login?user=grace"));
  stage.store.break("update");
  await note(browser.post("/set?key=a&value=b"));
  stage.store.mend();
  expect(tokens.length).toBeGreaterThan(6);
  return tokens;
}

function tokensIn(response: Response): string[] {
  expect(handedOut(response).length).toBeLessThan(3);
  return response.headers
    .getSetCookie()
    .map((header) => header.slice(header.indexOf("=") + 1, header.indexOf(";")))
    .filter((value) => value !== "");
}

function expectFree(text: string, tokens: readonly string[]): void {
  for (const token of tokens) {
    const found = spellings(token).filter((spelling) => text.includes(spelling));
    expect(found).toEqual([]);
  }
}

/** By every way in which a value gets into a log. */
async function everyPrint(value: unknown): Promise<string[]> {
  const { inspect } = await import("node:util");
  const own = typeof value === "object" && value !== null ? value : {};
  return [
    String(value),
    JSON.stringify(value) ?? "",
    inspect(value, { depth: 20, showHidden: true, getters: true }),
    JSON.stringify(Object.getOwnPropertyNames(own).map((name) => String(Reflect.get(own, name)))),
    value instanceof Error ? `${value.stack ?? ""}${inspect(value.cause, { depth: 20 })}` : "",
  ];
}
