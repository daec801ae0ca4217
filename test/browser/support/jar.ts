import type { Browser, Page } from "playwright-core";

/** A cookie as Chromium has stored it. */
export interface StoredCookie {
  readonly name: string;
  readonly value: string;
  /** With a dot in front: sub-domains are sent it too. */
  readonly domain: string;
  readonly path: string;
  readonly httpOnly: boolean;
  readonly secure: boolean;
  /** Absent: none was given, or none that Chromium knows. */
  readonly sameSite?: "Strict" | "Lax" | "None";
  /** Whether it ends with the browser. */
  readonly session: boolean;
  /** Seconds from now; absent: it ends with the browser. */
  readonly maxAge?: number;
  /** The site that it is kept apart for (CHIPS). */
  readonly partition?: string;
}

export interface Jar {
  /** In the order in which they came. */
  cookies(): Promise<readonly StoredCookie[]>;
}

/** The jar of a page, and of all pages of its context. */
export async function jarOf(page: Page): Promise<Jar> {
  const context = page.context();
  const { targetInfo } = await (await context.newCDPSession(page)).send("Target.getTargetInfo");
  const devtools = await (context.browser() as Browser).newBrowserCDPSession();
  const { browserContextId = "" } = targetInfo;
  return {
    async cookies() {
      const { cookies } = await devtools.send("Storage.getCookies", { browserContextId });
      return cookies.map(({ name, value, domain, path, httpOnly, secure, ...others }) => {
        const { sameSite, session, expires, partitionKey } = others;
        return {
          name,
          value,
          domain,
          path,
          httpOnly,
          secure,
          session,
          ...(sameSite && { sameSite }),
          ...(!session && { maxAge: Math.round(expires - Date.now() / 1000) }),
          ...(partitionKey && { partition: partitionKey.topLevelSite }),
        };
      });
    },
  };
}
