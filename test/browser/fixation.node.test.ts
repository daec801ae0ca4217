import type { CookieOptions } from "@sojourn/core";
import { createShop, logIn, me } from "./support/shop.ts";
import { type Listener, serve } from "./support/site.ts";
import { describe, expect, test } from "./support/test.ts";

/** A page of a sub-domain that somebody else writes: whatever cookies it wants, by header and by script. */
function tossing(...cookies: readonly string[]): Listener {
  return (req, res) => {
    if (req.url !== "/") return void res.writeHead(404).end();
    res.setHeader("Set-Cookie", cookies);
    res.setHeader("Content-Type", "text/html");
    const scripts = cookies.map((cookie) => `document.cookie = ${JSON.stringify(cookie)};`);
    res.end(
      `<!doctype html><title>Tossed</title><link rel="icon" href="data:,"><script>${scripts.join("\n")}</script>`,
    );
  };
}

test("of what a sub-domain tosses nothing arrives under our name, and nobody is logged in by it", async ({
  certificate,
  page,
}) => {
  const shop = createShop();
  const user = (await shop.sessions.login("mallory")).token;
  const anonymous = (await shop.sessions.create({ basket: ["poison"] })).token;
  const attributes = ["; Domain=app.test", "; Domain=.app.test", ""].map(
    (domain) => `; Path=/; Secure${domain}`,
  );
  const cookies = attributes.flatMap((attribute) => [
    `__Host-id=${user}${attribute}`,
    `__Host-id-anon=${anonymous}${attribute}`,
    // Names that are nearly ours: of another case, by their value, after a blank that is none.
    `__HOST-id=${user}${attribute}`,
    `=__Host-id=${user}${attribute}`,
    `\xA0__Host-id=${user}${attribute}`,
    `\x85__Host-id=${user}${attribute}`,
  ]);
  const sent: (string | undefined)[] = [];
  const site = await serve(certificate, {
    "app.test": (req, res) => {
      sent.push(req.headers.cookie);
      shop.listener(req, res);
    },
    "sub.app.test": tossing(...cookies),
  });
  await page.goto(site.origin("sub.app.test"));
  await page.goto(site.origin());
  const names = sent[0]?.split("; ").map((pair) => pair.split("=", 1)[0]) ?? [];
  expect(names).toEqual(expect.arrayContaining(["\xA0__Host-id", "\x85__Host-id"]));
  expect(names.filter((name) => /^__host-id/i.test(name ?? ""))).toEqual([]);
  await page.getByText("Who are you?").waitFor();
  await logIn(page, "ada");
  expect(await page.locator("li").allTextContents()).toEqual([]);
  // And those who tossed them are who they were.
  expect((await shop.sessions.open(user))?.userId).toBe("mallory");
  expect((await shop.sessions.open(anonymous))?.userId).toBeNull();
});

describe("a shop that shares its cookie with its sub-domains, who can then set it as well", () => {
  const cookie: CookieOptions = { domain: "app.test" };

  test("a token that was planted before the login opens nothing after it", async ({
    certificate,
    page,
    jar,
  }) => {
    const shop = createShop({ cookie });
    const planted = (await shop.sessions.create({ basket: ["poison"] })).token;
    const site = await serve(certificate, {
      "app.test": shop.listener,
      "sub.app.test": tossing(`__Secure-id-anon=${planted}; Domain=app.test; Path=/; Secure`),
    });
    await page.goto(site.origin("sub.app.test"));
    await page.goto(site.origin());
    // The browser has adopted it, as any browser would: the two share a basket, and nothing else.
    expect(await page.locator("li").allTextContents()).toEqual(["poison"]);
    await logIn(page, "ada");
    const values = (await jar.cookies()).map(({ value }) => value);
    expect(values).toContain(planted);
    expect(await shop.sessions.open(planted)).toBeNull();
  });

  test("a token of the attacker's own beside the user's: nobody is believed, nobody is mistaken", async ({
    certificate,
    page,
  }) => {
    const shop = createShop({ cookie });
    const { token } = await shop.sessions.login("mallory");
    const site = await serve(certificate, {
      "app.test": shop.listener,
      // The longer path is sent first.
      "sub.app.test": tossing(`__Secure-id=${token}; Domain=app.test; Path=/me; Secure`),
    });
    await page.goto(site.origin());
    await logIn(page, "ada");
    await page.goto(site.origin("sub.app.test"));
    await page.goto(site.origin());
    expect(await me(page)).toMatchObject({ userId: null });
    expect(shop.events.at(-1)).toMatchObject({ type: "token_refused", reason: "duplicate" });
    await page.getByText("Hello, ada").waitFor();
  });
});
