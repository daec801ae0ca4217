import { expect } from "vitest";
import { logIn, serveExample, shoot, signIn, test } from "./support/example.ts";
import { complaintsOf } from "./support/complaints.ts";
import { DESKTOP, inspect } from "./support/inspect.ts";

test("an administrator sees what sessions do, finds a user, and ends a session, whose page says so; nobody else gets in", async ({
  laptop: page,
  phone,
}) => {
  const url = await serveExample();
  await page.setViewportSize(DESKTOP);
  const complaints = complaintsOf(page);
  await signIn(phone, url);
  const link = phone.getByRole("link", { name: "All sessions" });
  expect(await link.count()).toBe(0);
  expect((await phone.goto(`${url}/admin`))?.status()).toBe(403);
  await phone.getByRole("heading", { name: "This page is for administrators." }).waitFor();
  expect((await phone.request.get(`${url}/admin?part=live`)).status()).toBe(403);
  await phone.goto(url);
  await page.goto(`${url}/admin`);
  await page.getByRole("heading", { name: "Log in" }).waitFor();

  await logIn(page, url, { name: "admin" });
  await page.getByRole("link", { name: "All sessions" }).click();
  await page.getByRole("heading", { name: "Nothing is wrong" }).waitFor();
  const tile = (name: string) => page.locator(".tiles > div", { hasText: name }).locator("strong");
  expect(await tile("Live sessions").textContent()).toBe("2");
  expect(await tile("Created").textContent()).toBe("2");
  await page.getByRole("img", { name: /^Created: 2 in 3 hours/ }).waitFor();
  await inspect(page, "admin");

  await page.getByLabel("Find a user by id").fill("ada");
  await page.keyboard.press("Enter");
  // Whose sessions they are is not for whoever finds the page open.
  await page.getByRole("heading", { name: "Is it you?" }).waitFor();
  await page.getByLabel("Password").fill("demo");
  await page.keyboard.press("Enter");
  await page.getByRole("heading", { name: "Sessions of ada" }).waitFor();
  await shoot(page, "admin-user");
  await page.getByRole("button", { name: "End this session: Safari on iPhone" }).click();
  await phone.getByRole("alert").getByText("or by an administrator").waitFor({ timeout: 5_000 });
  expect(await phone.getByRole("heading").allTextContents()).toEqual(["You have been logged out"]);
  await page.getByText("The session has ended.").waitFor();
  await page.getByText("This user has no live session.").waitFor();
  expect(complaints).toEqual([]);
});
