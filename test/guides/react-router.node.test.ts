import { expect, test } from "vitest";
import { testGuide } from "./support/test-guide.ts";

testGuide("react-router", {
  more(site) {
    test("what a later middleware throws leaves with what the session owes", async () => {
      const page = await site().browser().get("/account");
      expect(page.status).toBe(303);
      expect(page.headers.get("Location")).toBe("/login");
      expect(page.headers.get("Vary")).toContain("Cookie");
    });

    test("its own check lets another site end a session; ours does not", async () => {
      const headers = { Origin: "https://evil.example", "Sec-Fetch-Site": "cross-site" };
      const response = await site().browser().post("/logout", { headers, form: {} });
      expect(response.status).toBe(403);
      expect(await response.json()).toEqual({ error: "cross-site" });
    });
  },
});
