import type { Page } from "playwright-core";
import { violations } from "./support/axe.ts";
import { logIn, openBrowser, PHONE, serveExample, shoot } from "./support/example.ts";
import { expect, test } from "./support/test.ts";

const DESKTOP = { width: 1180, height: 800 };

/** Light, dark and on a phone: nothing for axe to object to, and a picture of each. */
async function inspect(page: Page, name: string): Promise<void> {
  for (const colorScheme of ["light", "dark"] as const) {
    await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
    await shoot(page, `${name}-${colorScheme}`);
    expect({ name, colorScheme, found: await violations(page) }).toEqual({
      name,
      colorScheme,
      found: [],
    });
  }
  await page.emulateMedia({ colorScheme: "light", reducedMotion: "reduce" });
  await page.setViewportSize(PHONE.viewport);
  await shoot(page, `${name}-phone`);
  const wider = () => document.documentElement.scrollWidth - document.documentElement.clientWidth;
  expect({ name, wider: await page.evaluate(wider) }).toEqual({ name, wider: 0 });
  await page.setViewportSize(DESKTOP);
}

test("every page of the example reads well with a screen reader, in the dark and on a phone", async ({
  chromium,
}) => {
  const url = await serveExample();
  const page = await openBrowser(chromium, { viewport: DESKTOP });
  const complaints: string[] = [];
  page.on("pageerror", (error) => complaints.push(error.message));
  page.on("console", (message) => {
    if (/Content.Security.Policy/i.test(message.text())) complaints.push(message.text());
  });

  await page.goto(url);
  await page.getByLabel("Name", { exact: true }).fill("ada");
  await page.getByLabel("Password").fill("guess");
  await page.getByRole("button", { name: "Log in" }).click();
  await page.getByRole("alert").waitFor();
  await inspect(page, "login");

  await logIn(page, url);
  await page.getByRole("textbox", { name: "Item" }).fill("A pair of socks");
  await page.getByRole("button", { name: "Add" }).click();
  await logIn(await openBrowser(chromium, PHONE), url);
  await page.getByText("Safari on iPhone").first().waitFor();
  await page.getByText("A login from somewhere new").waitFor();
  await inspect(page, "account");

  await page.getByRole("link", { name: "Change it" }).click();
  await page.getByRole("heading", { name: "Is it you?" }).waitFor();
  await inspect(page, "confirm");
  await page.getByLabel("Password").fill("demo");
  await page.getByRole("button", { name: "Go on" }).click();
  await page.getByRole("heading", { name: "A new password" }).waitFor();
  await inspect(page, "password");

  await page.goto(url);
  await page.evaluate(() => fetch("/logout", { method: "POST" }));
  await page.getByRole("heading", { name: "You have been logged out" }).waitFor();
  await inspect(page, "ended");
  await page.goto(`${url}/nowhere`);
  await inspect(page, "missing");
  expect(complaints).toEqual([]);
});
