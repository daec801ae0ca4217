import { createShop, logIn, me } from "./support/shop.ts";
import { type Listener, serve } from "./support/site.ts";
import { describe, expect, test } from "./support/test.ts";

/** A page of another site, with `body` in it. */
function elsewhere(body: () => string): Listener {
  return (req, res) => {
    if (req.url !== "/") return void res.writeHead(404).end();
    res.setHeader("Content-Type", "text/html");
    res.end(`<!doctype html><title>Elsewhere</title>${body()}`);
  };
}

describe("from another site", () => {
  test("a form that is sent here does not act as the user", async ({ certificate, page }) => {
    const shop = createShop();
    const site = await serve(certificate, {
      "app.test": shop.listener,
      "other.test": elsewhere(
        () => `<form method="post" action="${site.origin()}/basket">
          <input name="item" value="poison"><button>Win a prize</button></form>`,
      ),
    });
    await page.goto(site.origin());
    await logIn(page, "ada");
    await page.goto(site.origin("other.test"));
    await page.getByText("Win a prize").click();
    await page.waitForURL(`${site.origin()}/**`);
    expect(site.requests).toContain("POST app.test/basket");
    await page.goto(site.origin());
    await page.getByText("Hello, ada").waitFor();
    expect(await page.locator("li").allTextContents()).toEqual([]);
  });

  test("scripts can neither act nor look as the user", async ({ certificate, page }) => {
    const shop = createShop();
    const site = await serve(certificate, {
      "app.test": shop.listener,
      "other.test": elsewhere(() => ""),
    });
    await page.goto(site.origin());
    await logIn(page, "ada");
    await page.goto(site.origin("other.test"));
    const handled = shop.events.length;
    await page.evaluate(async (origin) => {
      const body = new URLSearchParams({ item: "poison" });
      const init = { mode: "no-cors", credentials: "include" } as const;
      await fetch(`${origin}/basket`, { ...init, method: "POST", body });
      await fetch(`${origin}/me`, init);
    }, site.origin());
    expect(site.requests).toContain("POST app.test/basket");
    expect(site.requests.at(-1)).toBe("GET app.test/me");
    expect(shop.events.slice(handled).filter(({ userId }) => userId !== null)).toEqual([]);
    await page.goto(site.origin());
    await page.getByText("Hello, ada").waitFor();
    expect(await page.locator("li").allTextContents()).toEqual([]);
  });

  test("a link arrives logged in", async ({ certificate, page }) => {
    const site = await serve(certificate, {
      "app.test": createShop().listener,
      "other.test": elsewhere(() => `<a href="${site.origin()}/">To the shop</a>`),
    });
    await page.goto(site.origin());
    await logIn(page, "ada");
    await page.goto(site.origin("other.test"));
    await page.getByText("To the shop").click();
    await page.getByText("Hello, ada").waitFor();
  });

  test("under aal3, which is Strict, a link arrives logged out, and the next click is logged in", async ({
    certificate,
    page,
    jar,
  }) => {
    const site = await serve(certificate, {
      "app.test": createShop({ timeouts: "aal3" }).listener,
      "other.test": elsewhere(() => `<a href="${site.origin()}/">To the shop</a>`),
    });
    await page.goto(site.origin());
    await logIn(page, "ada");
    expect(await jar.cookies()).toMatchObject([{ sameSite: "Strict" }]);
    await page.goto(site.origin("other.test"));
    await page.getByText("To the shop").click();
    await page.getByText("Who are you?").waitFor();
    await page.getByText("About me").click();
    await page.getByText('"userId":"ada"').waitFor();
  });
});

describe("in a frame on another site", () => {
  const framing = (origin: () => string) =>
    elsewhere(() => `<iframe src="${origin()}/" width="800" height="400"></iframe>`);

  test("with embedded: true, one is logged in there, and nowhere else", async ({
    certificate,
    page,
    jar,
  }) => {
    const shop = createShop({ cookie: { embedded: true } });
    const site = await serve(certificate, {
      "app.test": shop.listener,
      "other.test": framing(() => site.origin()),
      "third.test": framing(() => site.origin()),
    });
    const frame = page.frameLocator("iframe");
    await page.goto(site.origin("other.test"));
    await logIn(frame, "ada");
    expect(await jar.cookies()).toEqual([
      {
        name: "__Host-id",
        value: expect.any(String),
        domain: "app.test",
        path: "/",
        httpOnly: true,
        secure: true,
        sameSite: "None",
        session: true,
        partition: "https://other.test",
      },
    ]);
    await page.reload();
    await frame.getByText("Hello, ada").waitFor();
    await page.goto(site.origin("third.test"));
    await frame.getByText("Who are you?").waitFor();
    await page.goto(site.origin());
    await page.getByText("Who are you?").waitFor();
    // There it is a first party, with a partition of its own.
    await logIn(page, "bob");
    await page.goto(site.origin("other.test"));
    await frame.getByText("Hello, ada").waitFor();
  });

  test("without it, whoever is logged in is not so there, and a login is not kept", async ({
    certificate,
    page,
  }) => {
    const shop = createShop();
    const site = await serve(certificate, {
      "app.test": shop.listener,
      "other.test": framing(() => site.origin()),
    });
    await page.goto(site.origin());
    await logIn(page, "ada");
    await page.goto(site.origin("other.test"));
    const frame = page.frameLocator("iframe");
    await frame.getByText("Who are you?").waitFor();
    await frame.getByLabel("Name").fill("bob");
    const answered = page.waitForResponse((response) => response.request().method() === "GET");
    await frame.getByRole("button", { name: "Log in" }).click();
    await answered;
    await frame.getByText("Who are you?").waitFor();
    await page.goto(site.origin());
    expect(await me(page)).toMatchObject({ userId: "ada" });
  });
});
