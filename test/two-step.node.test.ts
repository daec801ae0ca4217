import { createClient, type TestClient } from "@sojourn/testing";
import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { documented, normal, pattern } from "./support/markdown.ts";
import { root, type Server, start } from "./support/program.ts";

// examples/two-step: who has done the first step only is nobody (J1).
const folder = "examples/two-step";

async function serving(): Promise<Server> {
  const { command, shown } = documented(readFileSync(`${root}${folder}/README.md`, "utf8"));
  const server = await start({ command, folder });
  expect(normal(server.output())).toMatch(pattern(shown));
  return server;
}

function browserAt({ url }: Server): TestClient {
  return createClient((request) => fetch(request), { origin: url });
}

/** Does the first step, and gives the code that was sent. */
async function firstStep(server: Server, browser: TestClient, name: string): Promise<string> {
  const sent = server.output().length;
  const response = await browser.post("/login", { form: { name, password: "demo" } });
  expect(response.status).toBe(202);
  await server.printed(new RegExp(`[^]{${sent}}To ${name}: your code is \\d{6}`));
  return server.output().slice(-7).trim();
}

test("both steps sign in, with what was in the basket; one of them does not (J1)", async () => {
  const server = await serving();
  const browser = browserAt(server);
  await browser.post("/basket", { form: { item: "tea" } });
  const wrong = await browser.post("/login", { form: { name: "ada", password: "guess" } });
  expect(wrong.status).toBe(401);
  expect((await browser.post("/code", { form: { code: "" } })).status).toBe(401);

  const code = await firstStep(server, browser, "ada");
  const pending = browser.cookieHeader();
  expect(browser.cookies().map(({ name }) => name)).toEqual(["__Host-id-anon"]);
  expect((await browser.get("/me")).status).toBe(401);
  expect((await browser.post("/transfer")).status).toBe(401);

  const done = await browser.post("/code", { form: { code } });
  expect(await done.json()).toEqual({ userId: "ada", aal: 2 });
  const me = await browser.get("/me");
  expect(await me.json()).toEqual({
    userId: "ada",
    aal: 2,
    factors: ["pwd", "otp"],
    basket: ["tea"],
  });
  expect((await browser.post("/transfer")).status).toBe(200);
  // The browser that was half way in is no more, and its code is spent.
  const again = await browser.post("/code", { form: { code }, cookie: pending, hold: true });
  expect(again.status).toBe(401);
  await browser.post("/logout");
  expect((await browser.get("/me")).status).toBe(401);
});

test("a code is good in the browser that asked for it, for the user who did, and for three guesses", async () => {
  const server = await serving();
  const [ada, grace] = [browserAt(server), browserAt(server)];
  const adas = await firstStep(server, ada, "ada");
  const graces = await firstStep(server, grace, "grace");
  if (adas !== graces) {
    expect((await grace.post("/code", { form: { code: adas } })).status).toBe(401);
  }
  const stranger = await browserAt(server).post("/code", { form: { code: adas } });
  expect(stranger.status).toBe(401);
  expect(await (await grace.post("/code", { form: { code: graces } })).json()).toMatchObject({
    userId: "grace",
  });

  const wrong = adas === "000000" ? "000001" : "000000";
  const guesses = Array.from({ length: 5 }, () =>
    ada.post("/code", { form: { code: wrong }, hold: true }),
  );
  for (const { status } of await Promise.all(guesses)) expect(status).toBe(401);
  expect((await ada.post("/code", { form: { code: adas } })).status).toBe(401);
  // The first step makes another.
  const next = await firstStep(server, ada, "ada");
  expect((await ada.post("/code", { form: { code: next } })).status).toBe(200);
});

test("of many who send one code at once one is signed in", async () => {
  const server = await serving();
  const browser = browserAt(server);
  const code = await firstStep(server, browser, "ada");
  const sent = Array.from({ length: 10 }, () =>
    browser.post("/code", { form: { code }, hold: true }),
  );
  const statuses = (await Promise.all(sent)).map(({ status }) => status);
  expect(statuses.filter((status) => status === 200)).toHaveLength(1);
});
