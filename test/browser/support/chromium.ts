import { existsSync } from "node:fs";
import { delimiter, join } from "node:path";
import { type Browser, chromium } from "playwright-core";
import type { Certificate } from "./certificate.ts";

function findChromium(): string {
  const folders = (process.env.PATH ?? "").split(delimiter);
  const found = folders.map((folder) => join(folder, "chromium")).find(existsSync);
  if (found === undefined) {
    throw new Error("chromium is not installed. Debian and Ubuntu: apt-get install chromium.");
  }
  return found;
}

/** Chromium as users have it, for whom every host name is this computer. */
export function launchChromium({ fingerprint }: Certificate): Promise<Browser> {
  return chromium.launch({
    executablePath: findChromium(),
    args: [
      "--headless=new",
      "--no-sandbox",
      "--disable-gpu",
      "--disable-quic",
      "--disable-background-networking",
      "--disable-component-update",
      "--host-resolver-rules=MAP * 127.0.0.1",
      // Of all errors that a certificate may have, those of this one: to Chromium it is a good one,
      // where with all errors ignored nothing would be cached.
      `--ignore-certificate-errors-spki-list=${fingerprint}`,
    ],
    // Users have it: "back" after a logout must be tried with it.
    ignoreDefaultArgs: ["--disable-back-forward-cache"],
  });
}
