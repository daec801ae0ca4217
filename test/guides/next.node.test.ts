import { expect, test } from "vitest";
import { testGuide } from "./support/test-guide.ts";

testGuide("next", {
  origin: "https://app.test",
  more(site) {
    test("a page guards itself: what skips a proxy opens nothing (CVE-2025-29927)", async () => {
      for (const name of ["proxy", "middleware", "src/middleware"]) {
        const headers = { "x-middleware-subrequest": Array(5).fill(name).join(":") };
        const page = await site().browser().get("/account", { headers });
        expect(page.status).toBe(307);
        expect(page.headers.get("Location")).toBe("/");
      }
    });

    test("a browser that says only its origin is let in from the site's own, and no other", async () => {
      async function statusFrom(Origin: string): Promise<number> {
        const { status } = await fetch(`${site().url}/logout`, {
          method: "POST",
          headers: { Origin },
          redirect: "manual",
        });
        return status;
      }
      expect(await statusFrom("https://app.test")).toBe(303);
      expect(await statusFrom("https://evil.test")).toBe(403);
    });
  },
});
