import { createShop, logIn, me, signIn } from "./support/shop.ts";
import { serve } from "./support/site.ts";
import { expect, test } from "./support/test.ts";

const MINUTES = 60_000;

test("an hour without a request: the page knows nobody any more, and a new login is in at once", async ({
  certificate,
  page,
  jar,
}) => {
  const shop = createShop();
  const site = await serve(certificate, { "app.test": shop.listener });
  await page.goto(site.origin());
  await signIn(page, "ada");
  await shop.clock.advance(58 * MINUTES);
  await page.reload();
  await page.getByText("Hello, ada").waitFor();
  const before = await jar.cookies();
  await shop.clock.advance(60 * MINUTES);
  await page.reload();
  await page.getByText("Who are you?").waitFor();
  await shop.sessions.sweep();
  expect(shop.events.at(-1)).toMatchObject({ type: "session_expired", reason: "idle" });
  // The dead cookie is left alone: a parallel response may just have brought a live one.
  expect(await jar.cookies()).toEqual(before);
  await logIn(page, "ada");
  expect(await jar.cookies()).toHaveLength(1);
  expect(await jar.cookies()).not.toEqual(before);
});

test("a day of requests without a pause ends all the same", async ({ certificate, page }) => {
  const shop = createShop();
  const site = await serve(certificate, { "app.test": shop.listener });
  await page.goto(site.origin());
  await signIn(page, "ada");
  for (let hour = 0.5; hour < 24; hour += 0.5) {
    await shop.clock.advance(30 * MINUTES);
    expect({ hour, userId: (await me(page)).userId }).toEqual({ hour, userId: "ada" });
  }
  await shop.clock.advance(30 * MINUTES);
  expect((await me(page)).userId).toBeNull();
  await shop.sessions.sweep();
  expect(shop.events.at(-1)).toMatchObject({ type: "session_expired", reason: "absolute" });
  await page.reload();
  await page.getByText("Who are you?").waitFor();
});
