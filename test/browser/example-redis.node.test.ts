import { startRedis } from "@sojourn/servers";
import { randomBytes } from "node:crypto";
import { onTestFinished } from "vitest";
import { start } from "../support/program.ts";
import { signIn, test } from "./support/example.ts";
import { expect } from "vitest";

test("two servers on one Redis: revoked at one, by its user or an administrator, logged out live at the other, which also shows what is new", async ({
  laptop,
  phone,
}) => {
  const redis = await startRedis();
  onTestFinished(() => redis.stop());
  const given = {
    command: "node --conditions=@sojourn/source server.ts",
    folder: "examples/hono-login",
    env: {
      REDIS_URL: redis.url,
      SESSION_SECRET: randomBytes(32).toString("base64"),
      NODE_COMPILE_CACHE: process.env.NODE_COMPILE_CACHE ?? "",
    },
  };
  const [one, other] = await Promise.all([start(given), start(given)]);

  await signIn(laptop, one.url);
  await signIn(phone, other.url);
  await laptop.locator(".title").getByText("Safari on iPhone").waitFor();
  await laptop.getByRole("log").getByText("A login from somewhere new").waitFor();

  await laptop.getByRole("button", { name: "Log out Safari on iPhone" }).click();
  const notice = phone.getByRole("alert");
  await notice.getByText("You have been logged out").waitFor({ timeout: 5_000 });
  expect(await phone.getByRole("heading").count()).toBe(1);

  await signIn(phone, other.url);
  // Looking at the other server, the cookie is the same one: all that they have in common is Redis.
  await phone.goto(one.url);
  await phone.getByRole("heading", { name: "Hello, ada" }).waitFor();
  await phone.getByRole("button", { name: "Log out everywhere else" }).click();
  // Why, it knows from its own server, which has it from nobody else.
  await laptop.getByText("You were logged out everywhere else").waitFor();

  await signIn(laptop, one.url, { name: "admin" });
  await laptop.request.post(`${one.url}/confirm`, { form: { password: "demo" } });
  // Three logins as ada, two of them at the other server, and one as the administrator.
  const figures = async () => (await laptop.request.get(`${one.url}/admin`)).text();
  await expect.poll(figures).toContain('aria-label="Created: 4 in 3 hours');
  expect(await figures()).toContain("of this process and of 1 other");
  await phone.goto(other.url);
  await laptop.goto(`${one.url}/admin?user=ada`);
  await laptop.getByRole("button", { name: "End this session: Safari on iPhone" }).click();
  await notice.getByText("or by an administrator").waitFor({ timeout: 5_000 });
});
