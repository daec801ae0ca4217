import { createClient, type Fetch } from "@sojourn/testing";

declare const app: { readonly fetch: Fetch };

const browser = createClient(app.fetch, { origin: "https://shop.test" });
await browser.post("/login", { form: { name: "ada", password: "demo" } });
await browser.post("/basket", { json: { item: "socks" } });

browser.cookies(); // all that it holds
browser.documentCookie(); // what scripts see of it: nothing that is HttpOnly

const late = await browser.get("/", { hold: true }); // its cookies stay outside
browser.receive(late); // until now; or never: the response was lost

const before = browser.cookieHeader();
await browser.post("/logout");
await browser.get("/", { cookie: before }); // a request that was sent earlier, and arrives now
