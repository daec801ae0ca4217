import { html } from "hono/html";

/** `html` escapes whatever it is given; nothing here comes from `raw`. */
export type Html = ReturnType<typeof html>;

export interface Layout {
  readonly title: string;
  readonly main: Html;
  /** The session that the page shows, for page.js; null: none. */
  readonly handle?: string | null;
  /** Whether it is somebody's: their page goes when their session does. */
  readonly user?: boolean;
  /** Whether it is somebody who sees the page for operators. */
  readonly admin?: boolean;
}

/** `data-now`: a browser's clock may be wrong, the server's counts. */
export function layout({ title, main, handle = null, user = false, admin = false }: Layout): Html {
  return html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <title>${title} · Sojourn</title>
        <link rel="icon" href="/icon.svg" type="image/svg+xml" />
        <link rel="stylesheet" href="/style.css" />
        <script type="module" src="/page.js"></script>
      </head>
      <body>
        <header>
          <a class="home" href="/">
            <img src="/icon.svg" alt="" width="32" height="32" /><span>Sojourn</span>
          </a>
          ${admin ? html`<a href="/admin" data-admin>All sessions</a>` : ""}
          ${
            user
              ? html`<form method="post" action="/logout">
                  <button class="quiet small">Log out</button>
                </form>`
              : ""
          }
        </header>
        <main
          ${handle === null ? "" : html`data-handle="${handle}"`}
          ${user ? html`data-user` : ""}
          data-now="${Date.now()}"
        >
          ${main}
        </main>
        <footer>
          <p>
            The same routes speak JSON. With <code>Accept: application/json</code> and a cookie jar,
            curl can do all that this page does.
          </p>
        </footer>
      </body>
    </html>`;
}

export function messagePage(message: string): Html {
  const main = html`<section class="card narrow">
    <h1>${message}</h1>
    <p><a href="/">Back to the page</a></p>
  </section>`;
  return layout({ title: message, main });
}
