import type { Page } from "playwright-core";
import { test as base } from "vitest";
import { makeCertificate } from "./certificate.ts";
import { launchChromium } from "./chromium.ts";
import { jarOf } from "./jar.ts";
import { serveRaw } from "./raw.ts";

export { describe, expect } from "vitest";

/**
 * Tests in one Chromium, with one page: a new window costs more than most tests do. Its jar is empty
 * when a test begins.
 */
export const test = base
  .extend("certificate", { scope: "worker" }, () => makeCertificate())
  .extend("chromium", { scope: "worker" }, async ({ certificate }, { onCleanup }) => {
    const chromium = await launchChromium(certificate);
    onCleanup(() => chromium.close());
    return chromium;
  })
  .extend("window", { scope: "worker" }, async ({ chromium }): Promise<Page> => {
    const page = await chromium.newPage();
    page.setDefaultTimeout(10_000);
    return page;
  })
  .extend("devtools", { scope: "worker" }, ({ window }) => jarOf(window))
  .extend("raw", { scope: "file" }, async ({ certificate, window }, { onCleanup }) => {
    const raw = await serveRaw(certificate, window);
    onCleanup(() => raw.close());
    return raw;
  })
  .extend("page", async ({ window }): Promise<Page> => {
    await window.context().clearCookies();
    return window;
  })
  .extend("jar", ({ devtools, page: _emptied }) => devtools);
