import { createShop, me, type Me, signIn } from "./support/shop.ts";
import { type Listener, serve } from "./support/site.ts";
import { expect, test } from "./support/test.ts";

const MINUTES = 60_000;

/** Passes requests for `/me?...` on once that many of them are there. */
function together(count: number, listener: Listener): Listener {
  const waiting: (() => void)[] = [];
  return (req, res) => {
    if (!req.url?.startsWith("/me?")) return listener(req, res);
    waiting.push(() => listener(req, res));
    if (waiting.length === count) for (const go of waiting.splice(0)) go();
  };
}

test("of 50 requests at once when a renewal is due one renews, and all are answered", async ({
  certificate,
  page,
  jar,
}) => {
  const shop = createShop();
  const site = await serve(certificate, { "app.test": together(50, shop.listener) });
  await page.goto(site.origin());
  await signIn(page, "ada");
  const [before] = await jar.cookies();
  await shop.clock.advance(16 * MINUTES);
  const answers = await page.evaluate(() => {
    // Of one and the same address Chromium asks once at a time: the first may be cached.
    const ask = async (at: number) => (await fetch(`/me?${at}`)).json();
    return Promise.all(Array.from({ length: 50 }, (_, at) => ask(at)));
  });
  expect(answers.map(({ userId }: Me) => userId)).toEqual(Array.from({ length: 50 }, () => "ada"));
  expect(shop.events.filter(({ type }) => type === "session_renewed")).toHaveLength(1);
  const [after, ...others] = await jar.cookies();
  expect(others).toEqual([]);
  expect(after).toEqual({ ...before, value: after?.value });
  expect(after?.value).not.toBe(before?.value);
  await page.reload();
  await page.getByText("Hello, ada").waitFor();

  // Whoever has kept the cookie of before is found out, once its grace is over.
  await shop.clock.advance(2 * MINUTES);
  expect(await shop.sessions.open(before?.value ?? "")).toBeNull();
  expect(shop.events.map(({ type }) => type)).toContain("token_reuse");
  await page.reload();
  await page.getByText("Who are you?").waitFor();
});

test("the response that brings the new cookie is lost: nobody notices, and the next one brings another", async ({
  certificate,
  page,
  jar,
}) => {
  const shop = createShop();
  let lost = 0;
  const site = await serve(certificate, {
    "app.test": (req, res) => {
      if (req.url === "/me?lost") {
        // The session is saved by now, and no byte of the answer leaves.
        const cut = () => {
          lost++;
          req.socket.destroy();
          return res;
        };
        Object.assign(res, { writeHead: cut, write: cut, end: cut });
      }
      shop.listener(req, res);
    },
  });
  const renewals = () => shop.events.filter(({ type }) => type === "session_renewed").length;
  await page.goto(site.origin());
  await signIn(page, "ada");
  const before = await jar.cookies();
  await shop.clock.advance(16 * MINUTES);
  const answer = await page.evaluate(() => fetch("/me?lost").then(String, String));
  expect(answer).toContain("Failed to fetch");
  expect(lost).toBeGreaterThan(0);
  expect(renewals()).toBe(1);
  expect(await jar.cookies()).toEqual(before);

  // Long after any grace, with the old cookie still.
  const told: Me[] = [];
  for (const minutes of [0, 5, 12]) {
    await shop.clock.advance(minutes * MINUTES);
    told.push(await me(page));
  }
  expect(told.map(({ userId }) => userId)).toEqual(["ada", "ada", "ada"]);
  expect(renewals()).toBe(2);
  expect(await jar.cookies()).not.toEqual(before);
  expect(shop.events.map(({ type }) => type)).not.toContain("token_reuse");
});
