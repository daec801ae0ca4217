import type { Page } from "playwright-core";
import { violations } from "./support/axe.ts";
import { logIn, PHONE, serveExample, shoot, test } from "./support/example.ts";
import { expect } from "vitest";

const DESKTOP = { width: 1180, height: 800 };

/** Light, dark and on a phone: nothing for axe to object to, and a picture of each. */
async function inspect(page: Page, name: string): Promise<void> {
  const found: Record<string, unknown> = {};
  for (const colorScheme of ["light", "dark"] as const) {
    await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
    await shoot(page, `${name}-${colorScheme}`);
    // In the dark nothing is another than the colours.
    const rules = colorScheme === "light" ? [] : ["color-contrast"];
    found[colorScheme] = await violations(page, rules);
  }
  await page.emulateMedia({ colorScheme: "light", reducedMotion: "reduce" });
  await page.setViewportSize(PHONE.viewport);
  await shoot(page, `${name}-phone`);
  const wider = () => document.documentElement.scrollWidth - document.documentElement.clientWidth;
  found["wider than a phone"] = await page.evaluate(wider);
  await page.setViewportSize(DESKTOP);
  expect({ name, ...found }).toEqual({ name, light: [], dark: [], "wider than a phone": 0 });
}

test("every page of the example reads well with a screen reader, in the dark and on a phone", async ({
  laptop: page,
  phone,
}) => {
  const url = await serveExample();
  await page.setViewportSize(DESKTOP);
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
  await logIn(phone, url);
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
  expect(complaints).toEqual([]);
});
