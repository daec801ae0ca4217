import { start } from "../support/program.ts";
import { createShop, logIn } from "./support/shop.ts";
import { serve } from "./support/site.ts";
import { expect, test } from "./support/test.ts";

/** What Chromium has to say about each of our cookies, whatever the host. */
const OURS = {
  value: expect.stringMatching(/^[\w-]{112}$/),
  path: "/",
  httpOnly: true,
  secure: true,
  sameSite: "Lax",
  session: true,
};

test("over https: the login's cookie is __Host-, HttpOnly, Secure, Lax, and ends with the browser", async ({
  certificate,
  page,
  jar,
}) => {
  const site = await serve(certificate, { "app.test": createShop().listener });
  await page.goto(site.origin());
  expect(await jar.cookies()).toEqual([]);
  await logIn(page, "ada");
  expect(await jar.cookies()).toEqual([{ ...OURS, name: "__Host-id", domain: "app.test" }]);
  expect(await page.evaluate(() => document.cookie)).toBe("");
});

test("over http on localhost, as npm start does: the same cookie, kept and sent back", async ({
  page,
  jar,
}) => {
  const { url } = await start({
    command: "node --conditions=@sojourn/source server.ts",
    folder: "examples/hono-login",
    env: { SESSION_FILE: ":memory:" },
  });
  await page.goto(url);
  await page.getByLabel("Name").fill("ada");
  await page.getByLabel("Password").fill("demo");
  await page.getByRole("button", { name: "Log in" }).click();
  await page.getByRole("button", { name: "Log out" }).waitFor();
  expect(await jar.cookies()).toEqual([{ ...OURS, name: "__Host-id", domain: "localhost" }]);
  expect(await page.evaluate(() => document.cookie)).toBe("");
  await page.getByRole("button", { name: "Log out" }).click();
  await page.getByRole("button", { name: "Log in" }).waitFor();
  expect(await jar.cookies()).toEqual([]);
});

test("a basket that was filled before the login is there after it, and the cookie of before opens nothing", async ({
  certificate,
  page,
  jar,
}) => {
  const site = await serve(certificate, { "app.test": createShop().listener });
  await page.goto(site.origin());
  await page.getByLabel("Item").fill("socks");
  await page.getByText("Add").click();
  await page.getByText("socks").waitFor();
  const before = await jar.cookies();
  expect(before).toEqual([{ ...OURS, name: "__Host-id-anon", domain: "app.test" }]);
  await logIn(page, "ada");
  expect(await page.locator("li").allTextContents()).toEqual(["socks"]);
  // Only a logout deletes cookies. This one stays, and is a dead one from now on.
  expect((await jar.cookies()).map(({ name }) => name)).toEqual(["__Host-id-anon", "__Host-id"]);
  await page.context().clearCookies({ name: "__Host-id" });
  await page.goto(site.origin());
  await page.getByText("Who are you?").waitFor();
  expect(await page.locator("li").allTextContents()).toEqual([]);
  expect(await jar.cookies()).toEqual(before);
});
