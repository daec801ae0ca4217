import { signedInClient, signedInCookie } from "@sojourn/testing";
import { expect, test } from "vitest";
import { app, sessions } from "./app.ts";

const orders = "https://app.test/orders";

test("only who is signed in sees orders", async () => {
  expect((await app(new Request(orders))).status).toBe(401);

  const headers = { Cookie: await signedInCookie(sessions, "ada") };
  const response = await app(new Request(orders, { headers }));
  expect(await response.text()).toBe("ada's orders");
});

test("after a logout a copy of the cookie opens nothing", async () => {
  const browser = await signedInClient(sessions, "ada", app);
  const thief = browser.copy();
  await browser.post("/logout");
  expect((await thief.get("/orders")).status).toBe(401);
});
