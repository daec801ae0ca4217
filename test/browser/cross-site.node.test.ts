import type { Page } from "playwright-core";
import { createShop, logIn, me, signIn } from "./support/shop.ts";
import { type Listener, serve } from "./support/site.ts";
import { describe, expect, test } from "./support/test.ts";

/** A page of another site, with `body` in it. */
function elsewhere(body: () => string): Listener {
  return (req, res) => {
    if (req.url !== "/") return void res.writeHead(404).end();
    res.setHeader("Content-Type", "text/html");
    res.end(`<!doctype html><title>Elsewhere</title><link rel="icon" href="data:,">${body()}`);
  };
}

/** A page with a button that posts this to `action`. */
function posting(action: () => string, field: "item" | "name"): Listener {
  return elsewhere(
    () => `<form method="post" action="${action()}">
      <input name="${field}" value="mallory"><button>Win a prize</button></form>`,
  );
}

/** Sends the form behind this button, and gives the status of the answer. */
async function press(page: Page, button: string): Promise<number> {
  const answered = page.waitForResponse((response) => response.request().method() === "POST");
  await page.getByText(button).click();
  return (await answered).status();
}

describe("from another site", () => {
  test("a form that is sent here is refused, and changes nothing", async ({
    certificate,
    page,
    jar,
  }) => {
    const shop = createShop();
    const site = await serve(certificate, {
      "app.test": shop.listener,
      "other.test": posting(() => `${site.origin()}/basket`, "item"),
    });
    await page.goto(site.origin());
    await signIn(page, "ada");
    const before = await jar.cookies();
    await page.goto(site.origin("other.test"));
    expect(await press(page, "Win a prize")).toBe(403);
    expect(shop.events.at(-1)).toMatchObject({ type: "cross_site_refused", reason: "fetch-site" });
    expect(await jar.cookies()).toEqual(before);
    await page.goto(site.origin());
    await page.getByText("Hello, ada").waitFor();
    expect(await page.locator("li").allTextContents()).toEqual([]);
  });

  test("a form that logs in under another name is refused", async ({ certificate, page, jar }) => {
    const site = await serve(certificate, {
      "app.test": createShop().listener,
      "other.test": posting(() => `${site.origin()}/login`, "name"),
    });
    await page.goto(site.origin("other.test"));
    expect(await press(page, "Win a prize")).toBe(403);
    expect(await jar.cookies()).toEqual([]);
  });

  test("a form is refused over plain http as well, where Chromium says no more than the origin", async ({
    page,
    jar,
  }) => {
    const shop = createShop({ onWarning: () => {} });
    const site = await serve(null, {
      "app.test": shop.listener,
      "other.test": posting(() => `${site.origin()}/login`, "name"),
    });
    await page.goto(site.origin("other.test"));
    expect(await press(page, "Win a prize")).toBe(403);
    expect(shop.events).toMatchObject([{ type: "cross_site_refused", reason: "origin" }]);
    // The same form on a page of its own is taken; its cookie is Secure, and not kept here.
    await page.goto(site.origin());
    await page.getByLabel("Name").fill("ada");
    expect(await press(page, "Log in")).toBe(303);
    expect(shop.events.at(-1)).toMatchObject({ type: "session_created", userId: "ada" });
    expect(await jar.cookies()).toEqual([]);
  });

  test("scripts can neither act nor look as the user", async ({ certificate, page }) => {
    const shop = createShop();
    let sent: string | undefined;
    const site = await serve(certificate, {
      "app.test": (req, res) => {
        sent = req.headers.cookie;
        shop.listener(req, res);
      },
      "other.test": elsewhere(() => ""),
    });
    await page.goto(site.origin());
    await signIn(page, "ada");
    await page.goto(site.origin("other.test"));
    const handled = shop.events.length;
    await page.evaluate(async (origin) => {
      const body = new URLSearchParams({ item: "poison" });
      const init = { mode: "no-cors", credentials: "include" } as const;
      await fetch(`${origin}/basket`, { ...init, method: "POST", body });
      await fetch(`${origin}/me`, init);
    }, site.origin());
    expect(site.requests.slice(-2)).toEqual(["POST app.test/basket", "GET app.test/me"]);
    expect(sent).toBeUndefined();
    expect(shop.events.slice(handled)).toMatchObject([{ type: "cross_site_refused" }]);
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
    await signIn(page, "ada");
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
    await signIn(page, "ada");
    expect(await jar.cookies()).toMatchObject([{ sameSite: "Strict" }]);
    await page.goto(site.origin("other.test"));
    await page.getByText("To the shop").click();
    await page.getByText("Who are you?").waitFor();
    await page.getByText("About me").click();
    await page.getByText('"userId":"ada"').waitFor();
  });
});

describe("from a sub-domain, which is the same site and is sent the cookie", () => {
  test.for([
    { csrf: undefined, status: 403, basket: [] },
    { csrf: { trustSameSite: true }, status: 303, basket: ["mallory"] },
  ])("a form with csrf: $csrf is answered $status", async (row, { certificate, page }) => {
    const shop = createShop(row.csrf && { csrf: row.csrf });
    const site = await serve(certificate, {
      "app.test": shop.listener,
      "sub.app.test": posting(() => `${site.origin()}/basket`, "item"),
    });
    await page.goto(site.origin());
    await signIn(page, "ada");
    await page.goto(site.origin("sub.app.test"));
    expect(await press(page, "Win a prize")).toBe(row.status);
    await page.goto(site.origin());
    expect(await page.locator("li").allTextContents()).toEqual(row.basket);
  });
});

test("with isolate, another site may link here, and neither frame nor load anything", async ({
  certificate,
  page,
}) => {
  const shop = createShop({ csrf: { isolate: true } });
  const site = await serve(certificate, {
    "app.test": shop.listener,
    "other.test": elsewhere(
      () => `<iframe src="${site.origin()}/"></iframe><a href="${site.origin()}/">To the shop</a>`,
    ),
  });
  await page.goto(site.origin("other.test"));
  await page.evaluate((url) => fetch(url, { mode: "no-cors" }), `${site.origin()}/me`);
  expect(site.requests.slice(-2)).toEqual(["GET app.test/", "GET app.test/me"]);
  const refused = { type: "cross_site_refused", reason: "fetch-site" };
  expect(shop.events).toMatchObject([refused, refused]);
  await page.getByText("To the shop").click();
  await page.getByText("Who are you?").waitFor();
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
        name: "__Host-id-partitioned",
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
    await signIn(page, "ada");
    await page.goto(site.origin("other.test"));
    const frame = page.frameLocator("iframe");
    await frame.getByText("Who are you?").waitFor();
    await frame.getByLabel("Name").fill("bob");
    const answered = page.waitForResponse((response) => response.request().method() === "GET");
    await frame.getByText("Log in").click();
    await answered;
    await frame.getByText("Who are you?").waitFor();
    await page.goto(site.origin());
    expect(await me(page)).toMatchObject({ userId: "ada" });
  });
});
