import { fingerprint } from "./columns.ts";
import { html, type Markup } from "./html.ts";
import { SCRIPT } from "./script.ts";
import type { State } from "./state.ts";
import { STYLE } from "./style.ts";

/** Where what a page consists of is, by its content: an old one is never taken for the new one. */
const STYLE_AT = `?asset=style&v=${fingerprint(STYLE)}`;
const SCRIPT_AT = `?asset=script&v=${fingerprint(SCRIPT)}`;

interface PageParts {
  /** What the window is called, before the title of the board. */
  readonly name?: string;
  readonly head: Markup;
  readonly main: Markup;
}

/** Every link of the page is a query: it works wherever it is mounted, with a slash at the end or without. */
export function page({ title, readOnly }: State, { name, head, main }: PageParts): Markup {
  return html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <meta name="robots" content="noindex" />
        <title>${name !== undefined && `${name} - `}${title}</title>
        <link rel="icon" href="?asset=icon" />
        <link rel="stylesheet" href="${STYLE_AT}" />
        <script src="${SCRIPT_AT}" defer></script>
      </head>
      <body>
        <a class="skip" href="#main">To what matters</a>
        <header class="top">
          <p class="brand">
            <a href="?">${title}</a>${readOnly && html` <span class="badge">read-only</span>`}
          </p>
          ${head}
        </header>
        <main id="main">${main}</main>
      </body>
    </html>`;
}

/** The form that finds a user. */
export function finder(userId: string = ""): Markup {
  return html`<form class="finder" method="get" role="search">
    <label for="user">Find a user by id</label>
    <input
      id="user"
      name="user"
      value="${userId}"
      autocomplete="off"
      autocapitalize="none"
      spellcheck="false"
      required
      maxlength="1000"
    />
    <button>Find</button>
  </form>`;
}

export function userLink(userId: string, text: string): Markup {
  return html`<a href="?user=${encodeURIComponent(userId)}"><bdi>${text}</bdi></a>`;
}
