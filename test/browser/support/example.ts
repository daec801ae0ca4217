import type { TimeoutOptions } from "@sojourn/core";
import { mkdirSync } from "node:fs";
import type { Browser, BrowserContextOptions, Page } from "playwright-core";
import { onTestFinished } from "vitest";
import { begin } from "../../../examples/hono-login/begin.ts";
import { serve } from "./site.ts";

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

export const PHONE = {
  userAgent:
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.1 Mobile/15E148 Safari/604.1",
  viewport: { width: 390, height: 844 },
  deviceScaleFactor: 2,
};

/** A browser of its own, with a jar of its own. */
export async function openBrowser(
  chromium: Browser,
  options: BrowserContextOptions = {},
): Promise<Page> {
  const context = await chromium.newContext(options);
  onTestFinished(() => context.close());
  const page = await context.newPage();
  page.setDefaultTimeout(10_000);
  return page;
}

/** By the form, as anybody does. */
export async function logIn(page: Page, url: string, password = "demo"): Promise<void> {
  await page.goto(url);
  await page.getByLabel("Name", { exact: true }).fill("ada");
  await page.getByLabel("Password").fill(password);
  await page.getByRole("button", { name: "Log in" }).click();
  await page.getByRole("heading", { name: "Hello, ada" }).waitFor();
}

const folder = new URL("../screenshots/", import.meta.url).pathname;

/** For people to look at: git does not see them. */
export async function shoot(page: Page, name: string): Promise<void> {
  mkdirSync(folder, { recursive: true });
  await page.screenshot({ path: `${folder}example-${name}.png`, fullPage: true });
}
