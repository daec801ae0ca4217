import { complaintsOf } from "./support/complaints.ts";
import { DESKTOP, inspect } from "./support/inspect.ts";
import { logIn, serveExample, test } from "./support/example.ts";
import { expect } from "vitest";

test("every page of the example reads well with a screen reader, in the dark and on a phone", async ({
  laptop: page,
  phone,
}) => {
  const url = await serveExample();
  await page.setViewportSize(DESKTOP);
  const complaints = complaintsOf(page);

  await page.goto(url);
  await page.getByLabel("Name", { exact: true }).fill("ada");
  await page.getByLabel("Password").fill("guess");
  await page.getByRole("button", { name: "Log in" }).click();
  await page.getByRole("alert").waitFor();
  await inspect(page, "login");

  await logIn(page, url);
  await page.getByRole("textbox", { name: "Item" }).fill("A pair of socks");
  await page.getByRole("button", { name: "Add" }).click();
  await logIn(phone, url);
  await page.getByText("Safari on iPhone").first().waitFor();
  await page.getByText("A login from somewhere new").waitFor();
  await inspect(page, "account");

  await page.getByRole("link", { name: "Change it" }).click();
  await page.getByRole("heading", { name: "Is it you?" }).waitFor();
  await inspect(page, "confirm");
  await page.getByLabel("Password").fill("demo");
  await page.getByRole("button", { name: "Go on" }).click();
  await page.getByRole("heading", { name: "A new password" }).waitFor();
  await inspect(page, "password");

  await page.goto(url);
  await page.evaluate(() => fetch("/logout", { method: "POST" }));
  await page.getByRole("heading", { name: "You have been logged out" }).waitFor();
  await inspect(page, "ended");
  expect(complaints).toEqual([]);
});
