import type { ConsoleMessage, Page } from "playwright-core";
import { onTestFinished } from "vitest";

/** What the page complains of: scripts that fail, and errors of these words; default: what its own policy forbids. */
export function complaintsOf(
  page: Page,
  words: RegExp = /Content.Security.Policy/i,
): readonly string[] {
  const told: string[] = [];
  const onConsole = (message: ConsoleMessage) => {
    if (message.type() === "error" && words.test(message.text())) told.push(message.text());
  };
  const onError = (error: Error) => void told.push(error.message);
  page.on("console", onConsole).on("pageerror", onError);
  onTestFinished(() => void page.off("console", onConsole).off("pageerror", onError));
  return told;
}
