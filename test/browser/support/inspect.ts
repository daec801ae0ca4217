import type { Page } from "playwright-core";
import { expect, onTestFinished } from "vitest";
import { violations } from "./axe.ts";
import { PHONE, shoot } from "./example.ts";

export const DESKTOP = { width: 1180, height: 800 };

/** Light, dark and on a phone: nothing for axe to object to, and a picture of each. */
export async function inspect(page: Page, name: string): Promise<void> {
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

/** What the page complains of: scripts that fail, and what its own policy forbids. */
export function complaintsOf(page: Page): readonly string[] {
  const told: string[] = [];
  const onConsole = (message: { text(): string }) => {
    if (/Content.Security.Policy/i.test(message.text())) told.push(message.text());
  };
  const onError = (error: Error) => void told.push(error.message);
  page.on("console", onConsole).on("pageerror", onError);
  onTestFinished(() => void page.off("console", onConsole).off("pageerror", onError));
  return told;
}
