import type { Page } from "playwright-core";
import { expect } from "vitest";
import { rulesIn, violations } from "./axe.ts";
import { PHONE, shoot } from "./example.ts";

export const DESKTOP = { width: 1180, height: 800 };

/** Light, dark and on a phone: nothing for axe to object to, and a picture of each. */
export async function inspect(page: Page, name: string): Promise<void> {
  const found: Record<string, unknown> = {};
  for (const colorScheme of ["light", "dark"] as const) {
    await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
    await shoot(page, `${name}-${colorScheme}`);
    found[colorScheme] = await violations(page, rulesIn(colorScheme));
  }
  await page.emulateMedia({ colorScheme: "light", reducedMotion: "reduce" });
  await page.setViewportSize(PHONE.viewport);
  await shoot(page, `${name}-phone`);
  const wider = () => document.documentElement.scrollWidth - document.documentElement.clientWidth;
  found["wider than a phone"] = await page.evaluate(wider);
  await page.setViewportSize(DESKTOP);
  expect({ name, ...found }).toEqual({ name, light: [], dark: [], "wider than a phone": 0 });
}
