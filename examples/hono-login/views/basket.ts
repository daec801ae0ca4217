import { html } from "hono/html";
import type { Html } from "./layout.ts";

export function basketCard(items: readonly string[], hint: string): Html {
  return html`<section class="card" aria-labelledby="basket">
    <h2 id="basket">
      Basket <span class="count">${items.length}<span class="unseen"> items</span></span>
    </h2>
    ${
      items.length === 0
        ? html`<p class="hint">Empty. ${hint}</p>`
        : html`<ul class="items" tabindex="0" aria-labelledby="basket">
            ${items.map((item) => html`<li>${item}</li>`)}
          </ul>`
    }
    <form method="post" action="/basket" class="row">
      <label for="item" class="unseen">Item</label>
      <input
        id="item"
        name="item"
        required
        maxlength="80"
        placeholder="A pair of socks"
        autocomplete="off"
      />
      <button class="quiet">Add</button>
    </form>
  </section>`;
}
