import {
  createSessions,
  type SessionEvent,
  type Sessions,
  type SessionsOptions,
} from "@sojourn/core";
import { memoryStore } from "@sojourn/memory";
import { withSessions } from "@sojourn/node";
import { type FakeClock, fakeClock } from "@sojourn/testing";
import { randomBytes } from "node:crypto";
import type { ServerResponse } from "node:http";
import { text } from "node:stream/consumers";
import type { FrameLocator, Page } from "playwright-core";
import type { Listener } from "./site.ts";

interface Basket {
  basket?: readonly string[];
}

export interface Shop {
  readonly listener: Listener;
  readonly sessions: Sessions<Basket>;
  readonly clock: FakeClock;
  readonly events: readonly SessionEvent[];
}

/** A small application in which one logs in, with a clock of its own. */
export function createShop(options: Partial<SessionsOptions<Basket>> = {}): Shop {
  const clock = fakeClock();
  const events: SessionEvent[] = [];
  const secret = randomBytes(32).toString("base64");
  const sessions = createSessions<Basket>({
    store: memoryStore(),
    secret,
    clock,
    onEvent: (event) => void events.push(event),
    ...options,
  });

  const listener = withSessions(sessions, async (req, res, session) => {
    const form = async () => new URLSearchParams(await text(req));
    switch (`${req.method} ${req.url?.replace(/\?.*/, "")}`) {
      case "GET /": {
        const known = await session.get();
        return page(res, known?.userId ?? null, known?.data.basket ?? []);
      }
      case "GET /me": {
        const known = await session.get();
        const { userId = null, handle = null, data } = known ?? {};
        res.setHeader("Content-Type", "application/json");
        return void res.end(JSON.stringify({ userId, handle, basket: data?.basket ?? [] }));
      }
      case "POST /basket": {
        const item = (await form()).get("item") ?? "";
        await session.update((data) => {
          data.basket = [...(data.basket ?? []), item];
        });
        return redirect(res);
      }
      case "POST /login":
        await session.login((await form()).get("name") ?? "", { carry: ["basket"] });
        return redirect(res);
      case "POST /logout":
        await session.logout();
        return redirect(res);
      default:
        res.writeHead(404).end();
    }
  });
  return { listener, sessions, clock, events };
}

function redirect(res: ServerResponse): void {
  res.writeHead(303, { Location: "/" }).end();
}

function page(res: ServerResponse, userId: string | null, basket: readonly string[]): void {
  res.setHeader("Content-Type", "text/html; charset=utf-8");
  const who = userId === null ? "Who are you?" : `Hello, ${userId}`;
  res.end(`<!doctype html><title>Shop</title><link rel="icon" href="data:,">
    <h1>${who}</h1>
    <ul>${basket.map((item) => `<li>${item}</li>`).join("")}</ul>
    <form method="post" action="/basket"><input name="item" aria-label="Item"><button>Add</button></form>
    <form method="post" action="/login"><input name="name" aria-label="Name"><button>Log in</button></form>
    <form method="post" action="/logout"><button>Log out</button></form>
    <a href="/me">About me</a>`);
}

/** What `/me` tells. */
export interface Me {
  readonly userId: string | null;
  readonly handle: string | null;
  readonly basket: readonly string[];
}

/** What the shop tells a script of the page that is open. */
export async function me(page: Page): Promise<Me> {
  return page.evaluate(async () => (await fetch("/me")).json());
}

/** By the form of the page that is open. */
export async function logIn(page: Page | FrameLocator, name: string): Promise<void> {
  await page.getByLabel("Name").fill(name);
  await page.getByRole("button", { name: "Log in" }).click();
  await page.getByText(`Hello, ${name}`).waitFor();
}

/** By a script of the page that is open, which stays as it was: half the price of the form. */
export async function signIn(page: Page, name: string): Promise<void> {
  await page.evaluate(async (name) => {
    await fetch("/login", { method: "POST", body: new URLSearchParams({ name }) });
  }, name);
}
