import type Axe from "axe-core";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import type { Page } from "playwright-core";

const source = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

/** What axe-core has to object to on the page as it is: by WCAG 2.2 AA and good practice, or by these rules. */
export async function violations(
  page: Page,
  rules: readonly string[] = [],
): Promise<readonly string[]> {
  // Not through a script element: the page's own policy stays in force.
  if (!(await page.evaluate(() => "axe" in globalThis))) await page.evaluate(source);
  return page.evaluate(async (rules) => {
    const { axe } = globalThis as unknown as { axe: typeof Axe };
    const found = await axe.run(document, {
      resultTypes: ["violations"],
      ...(rules.length > 0 && { runOnly: [...rules] }),
    });
    return found.violations.flatMap(({ id, nodes }) => nodes.map(({ html }) => `${id}: ${html}`));
  }, rules);
}

/** Which rules are worth their time in this look. In the dark nothing is another than the colours. */
export function rulesIn(colorScheme: "light" | "dark"): readonly string[] {
  return colorScheme === "light" ? [] : ["color-contrast"];
}
