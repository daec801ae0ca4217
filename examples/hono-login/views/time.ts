import { html } from "hono/html";
import type { Html } from "./layout.ts";

/** Without script, the time of day; with it, how long ago or how long still. `key`: what page.js updates. */
export function time(at: number, key: string | null = null): Html {
  const iso = new Date(at).toISOString();
  return html`<time datetime="${iso}" data-at="${at}" ${key ? html`data-key="${key}"` : ""}
    >${iso.slice(0, 19).replace("T", " at ")} UTC</time
  >`;
}
