import { expect, test } from "vitest";
import { testGuide } from "./support/test-guide.ts";

testGuide("sveltekit", {
  origin: "https://app.test",
  more(site) {
    test("what a later hook throws leaves with what the session owes, also to a client's router", async () => {
      const page = await site().browser().get("/account");
      expect(page.status).toBe(303);
      expect(page.headers.get("Location")).toBe("/login");
      expect(page.headers.get("Vary")).toContain("Cookie");
      const data = await site().browser().get("/account/__data.json");
      expect(await data.json()).toEqual({ type: "redirect", location: "/login" });
      expect(data.headers.get("Vary")).toContain("Cookie");
    });
  },
});
