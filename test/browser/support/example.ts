import type { TimeoutOptions } from "@sojourn/core";
import { mkdirSync } from "node:fs";
import type { Page } from "playwright-core";
import { onTestFinished } from "vitest";
import { begin } from "../../../examples/hono-login/begin.ts";
import { serve } from "./site.ts";
import { test as base } from "./test.ts";

/** What `npm start` serves, on SQLite and http://localhost, for the length of a test. Gives its address. */
export async function serveExample(timeouts: TimeoutOptions = {}): Promise<string> {
  const begun = await begin({
    host: "localhost",
    port: 0,
    file: ":memory:",
    redisUrl: null,
    secret: null,
    timeouts,
  });
  onTestFinished(async () => {
    begun.leave();
    await begun.close();
  });
  const site = await serve(null, { localhost: begun.listener });
  return site.origin();
}

/** An iPhone by what it says of itself and by its size, though it is a Chromium. */
export const PHONE = {
  userAgent:
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.1 Mobile/15E148 Safari/604.1",
  viewport: { width: 390, height: 844 },
};

/** Tests with two browsers, each with a jar of its own: `laptop`, the window of all tests, and `phone`. */
export const test = base
  .extend("otherWindow", { scope: "worker" }, async ({ chromium }): Promise<Page> => {
    const page = await (await chromium.newContext(PHONE)).newPage();
    page.setDefaultTimeout(10_000);
    return page;
  })
  .extend("laptop", async ({ page }, { onCleanup }): Promise<Page> => {
    onCleanup(() => leave(page));
    return page;
  })
  .extend("phone", async ({ otherWindow }, { onCleanup }): Promise<Page> => {
    await otherWindow.context().clearCookies();
    onCleanup(() => leave(otherWindow));
    return otherWindow;
  });

/** A page whose server is gone would go on asking for it. */
async function leave(page: Page): Promise<void> {
  await page.goto("about:blank");
}

interface Who {
  readonly name?: string;
  readonly password?: string;
}

/** By the form, as anybody does. */
export async function logIn(page: Page, url: string, who: Who = {}): Promise<void> {
  const { name = "ada", password = "demo" } = who;
  await page.goto(url);
  await page.getByLabel("Name", { exact: true }).fill(name);
  await page.getByLabel("Password").fill(password);
  await page.getByRole("button", { name: "Log in" }).click();
  await page.getByRole("heading", { name: `Hello, ${name}` }).waitFor();
}

/** Without the form: half the price. */
export async function signIn(page: Page, url: string, who: Who = {}): Promise<void> {
  const { name = "ada", password = "demo" } = who;
  await page.request.post(`${url}/login`, { form: { name, password }, maxRedirects: 0 });
  await page.goto(url);
  await page.getByRole("heading", { name: `Hello, ${name}` }).waitFor();
}

const folder = new URL("../screenshots/", import.meta.url).pathname;

/** For people to look at: git does not see them. */
export async function shoot(page: Page, name: string): Promise<void> {
  mkdirSync(folder, { recursive: true });
  await page.evaluate(() => scrollTo(0, 0));
  await page.screenshot({ path: `${folder}example-${name}.png`, fullPage: true });
}
