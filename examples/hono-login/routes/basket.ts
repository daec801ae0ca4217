import { Hono } from "hono";
import { type Env, wantsJson } from "../answer.ts";
import { bodyOf, checked, Item } from "../input.ts";

/** It is carried through the login. */
export const basketRoutes: Hono<Env> = new Hono<Env>().post("/basket", async (c) => {
  const { item } = checked(Item, await bodyOf(c));
  const basket = await c.var.session.update((data) => {
    data.basket.push(item);
    return data.basket;
  });
  return wantsJson(c) ? c.json({ basket }) : c.redirect("/", 303);
});
