import type { Page } from "playwright-core";
import { jarOf } from "./support/jar.ts";
import { logIn, serveExample, shoot, signIn, test } from "./support/example.ts";
import { describe, expect } from "vitest";

/** The page says so by itself, and shows nothing private any more. "Within a second" on a busy computer. */
async function isLoggedOut(page: Page, why: RegExp): Promise<void> {
  await page.getByRole("alert").getByText(why).waitFor({ timeout: 5_000 });
  expect(await page.getByRole("heading").allTextContents()).toEqual(["You have been logged out"]);
  const focused = () => document.activeElement?.textContent;
  expect(await page.evaluate(focused)).toBe("You have been logged out");
}

function devices(page: Page): Promise<string[]> {
  return page.locator(".devices .title").allInnerTexts();
}

describe("where you are logged in", () => {
  test("two browsers are both there, by their devices; one can be named, and the other page shows it", async ({
    laptop,
    phone,
  }) => {
    const url = await serveExample();
    await logIn(laptop, url);
    expect(await devices(laptop)).toEqual(["Chrome on Linux This one"]);
    await logIn(phone, url);
    expect(await devices(phone)).toEqual(["Safari on iPhone This one", "Chrome on Linux"]);
    // Nobody has touched this one.
    await laptop.locator(".title").getByText("Safari on iPhone").waitFor();
    expect(await laptop.locator(".devices .facts").allInnerTexts()).toEqual([
      expect.stringMatching(/this computer\W+here now/),
      expect.stringMatching(/this computer\W+seen (just now|\d+ s ago)/),
    ]);

    await phone.locator("summary", { hasText: "Name it" }).last().click();
    await phone.getByLabel("Name of this session").last().fill("<b>Work</b>");
    await phone.getByRole("button", { name: "Save" }).last().click();
    await phone.getByRole("status").getByText("Named.").waitFor();
    await laptop.locator(".title").getByText("<b>Work</b>").waitFor();
    expect(await devices(laptop)).toEqual(["<b>Work</b> This one", "Safari on iPhone"]);
  });

  test("the one that is revoked is logged out live; so are all others with one button", async ({
    laptop,
    phone,
  }) => {
    const url = await serveExample();
    await signIn(laptop, url);
    await signIn(phone, url);
    await laptop.getByRole("button", { name: "Log out Safari on iPhone" }).click();
    await isLoggedOut(phone, /ended from another of your sessions/);
    await laptop.getByRole("status").getByText("That session is over.").waitFor();
    expect(await devices(laptop)).toEqual(["Chrome on Linux This one"]);

    await phone.getByRole("link", { name: "Log in again" }).click();
    await phone.getByRole("heading", { name: "Log in" }).waitFor();
    await signIn(phone, url);
    await phone.getByRole("button", { name: "Log out everywhere else" }).click();
    await isLoggedOut(laptop, /logged out everywhere else/);
    await phone.getByText("One other session is over.").waitFor();
    expect(await devices(phone)).toEqual(["Safari on iPhone This one"]);
    // Its cookie is a new one, and it goes on hearing.
    await phone.getByRole("button", { name: "Stay" }).click();
    await phone.getByText(/You stay, for/).waitFor();
  });

  test("changing the password asks for the old one again, and ends the others", async ({
    laptop,
    phone,
  }) => {
    const url = await serveExample();
    await signIn(phone, url);
    await signIn(laptop, url);
    await laptop.getByRole("link", { name: "Change it" }).click();
    await laptop.getByRole("heading", { name: "Is it you?" }).waitFor();
    await laptop.getByLabel("Password").fill("guess");
    await laptop.getByRole("button", { name: "Go on" }).click();
    await laptop.getByRole("alert").getByText("That is not your password.").waitFor();
    await laptop.getByLabel("Password").fill("demo");
    await laptop.getByRole("button", { name: "Go on" }).click();
    await laptop.getByRole("textbox", { name: "New password" }).fill("correct horse");
    await laptop.getByRole("button", { name: "Change it" }).click();
    await isLoggedOut(phone, /Your password was changed/);
    await laptop.getByRole("status").getByText("one other session is over").waitFor();
    await signIn(phone, url, { password: "correct horse" });
  });
});

describe("how long it lasts", () => {
  test("the page counts down, says before the end that it comes, and says when it is there", async ({
    laptop: page,
  }) => {
    const url = await serveExample({ idle: 3_000 });
    await signIn(page, url);
    await page.getByText("This session ends soon.").waitFor({ state: "attached" });
    await isLoggedOut(page, /Nothing happened for too long/);
  });

  test("“Stay” moves the deadline, and that the page looks does not", async ({ laptop: page }) => {
    const url = await serveExample({ idle: "10m", touch: 1 });
    await signIn(page, url);
    const idle = page.locator('[data-key="idleExpiresAt"]');
    const deadline = async () => Number(await idle.getAttribute("data-at"));
    const look = () => page.evaluate(async () => (await fetch("/session?peek=1")).json());
    const { idleExpiresAt } = await look();
    expect((await look()).idleExpiresAt).toBe(idleExpiresAt);
    await page.getByRole("button", { name: "Stay" }).click();
    await page.getByText(/You stay, for (10|9) min/).waitFor({ state: "attached" });
    expect(await deadline()).toBeGreaterThan(idleExpiresAt);
    expect((await look()).idleExpiresAt).toBe(await deadline());
  });
});

test("a cookie that is used again after its renewal ends the session, and other pages show the alert at once", async ({
  laptop,
  phone,
}) => {
  const url = await serveExample({ renewal: 200 });
  await signIn(phone, url);
  await signIn(laptop, url);
  const jar = await jarOf(laptop);
  const cookie = async () => (await jar.cookies()).find(({ name }) => name === "__Host-id")?.value;
  const stolen = await cookie();
  const use = () => laptop.evaluate(async () => (await fetch("/session")).status);
  await expect.poll(async () => [await use(), await cookie()]).not.toContain(stolen);
  // The new one is seen, and then the grace passes.
  expect(await use()).toBe(200);
  const replay = () => fetch(`${url}/session`, { headers: { Cookie: `__Host-id=${stolen}` } });
  await expect.poll(async () => (await replay()).status).toBe(401);

  await isLoggedOut(laptop, /Somebody used a copy of this browser’s cookie/);
  const alert = phone.getByRole("log").getByText("A copied cookie was used");
  await alert.waitFor({ timeout: 5_000 });
  // Read out when it comes, and not each second that it grows older.
  expect(await phone.locator("[role=log] time").count()).toBeGreaterThan(0);
  expect(await phone.locator("[role=log] :not([aria-live=off]) > time").count()).toBe(0);
  await phone.getByText("Steal a cookie").click();
  await shoot(phone, "stolen-phone");
  // It is still there for who comes later.
  await signIn(laptop, url);
  await laptop.getByRole("log").getByText("A copied cookie was used").waitFor();
  await laptop.getByText("Steal a cookie").click();
  await shoot(laptop, "stolen");
});
