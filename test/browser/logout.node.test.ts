import type { Page } from "playwright-core";
import { createShop, signIn } from "./support/shop.ts";
import { serve, type Site } from "./support/site.ts";
import { describe, expect, test } from "./support/test.ts";

/** Logs in, looks at a private page, logs out, and goes back to it: what is shown? */
async function backAfterLogout(page: Page, site: Site): Promise<string | null> {
  await page.goto(site.origin());
  await signIn(page, "ada");
  await page.getByText("About me").click();
  await page.getByText('"userId":"ada"').waitFor();
  await page.goto(site.origin());
  await page.getByText("Log out").click();
  await page.getByText("Who are you?").waitFor();
  await page.evaluate(() => history.go(-2));
  // One that comes back from memory does not load again.
  await page.waitForURL("**/me", { waitUntil: "commit" });
  return page.getByText('"userId"').textContent();
}

const ADA = '"userId":"ada"';
const NOBODY = '"userId":null';

describe("back, after a logout", () => {
  test("shows nothing private: the page is asked for again", async ({ certificate, page }) => {
    const site = await serve(certificate, { "app.test": createShop().listener });
    expect(await backAfterLogout(page, site)).toContain(NOBODY);
    expect(site.requests.filter((request) => request === "GET app.test/me")).toHaveLength(2);
  });

  test("shows nothing private on http://localhost either", async ({ page }) => {
    const site = await serve(null, { localhost: createShop().listener });
    expect(await backAfterLogout(page, site)).toContain(NOBODY);
  });

  test("where the logout clears nothing, shows nothing of a page that is no-store", async ({
    certificate,
    page,
  }) => {
    const shop = createShop({ clearSiteData: false });
    const site = await serve(certificate, {
      "app.test": (req, res) => {
        res.setHeader("Cache-Control", "no-store");
        shop.listener(req, res);
      },
    });
    expect(await backAfterLogout(page, site)).toContain(NOBODY);
  });

  test("where the logout clears nothing, shows any other page from memory, as it was", async ({
    certificate,
    page,
  }) => {
    const site = await serve(certificate, {
      "app.test": createShop({ clearSiteData: false }).listener,
    });
    expect(await backAfterLogout(page, site)).toContain(ADA);
    // Nobody was asked: it is the window that came back, and nothing in it works any more.
    expect(site.requests.filter((request) => request === "GET app.test/me")).toHaveLength(1);
    await page.reload();
    expect(await page.textContent("body")).toContain(NOBODY);
  });
});

test("a logout takes both cookies away", async ({ certificate, page, jar }) => {
  const site = await serve(certificate, { "app.test": createShop().listener });
  await page.goto(site.origin());
  await page.getByLabel("Item").fill("socks");
  await page.getByText("Add").click();
  await page.getByText("socks").waitFor();
  await signIn(page, "ada");
  expect(await jar.cookies()).toHaveLength(2);
  await page.getByText("Log out").click();
  await page.getByText("Who are you?").waitFor();
  expect(await jar.cookies()).toEqual([]);
});
