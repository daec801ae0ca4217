import type { Session } from "@sojourn/core";
import { html } from "hono/html";
import type { LoginData } from "./login-sessions.ts";

type Html = ReturnType<typeof html>;

export interface Home {
  readonly session: Session<LoginData> | null;
  /** Somebody has just tried a wrong password. */
  readonly attempt?: { readonly name: string };
}

/** `html` escapes whatever it is given; nothing here comes from `raw`. */
export function homePage({ session, attempt }: Home): Html {
  const title = attempt ? "Wrong password" : session?.userId ? session.userId : "Log in";
  return layout(
    title,
    html`<div class="columns">
      <div>
        ${session?.userId ? welcome(session.userId) : loginForm(attempt)}
        ${basket(session?.data.basket ?? [], Boolean(session?.userId))}
      </div>
      ${session ? ticket(session) : noTicket()}
    </div>`,
  );
}

export function messagePage(message: string): Html {
  return layout(
    message,
    html`<section class="card message">
      <h2>${message}</h2>
      <p><a href="/">Back to the page</a></p>
    </section>`,
  );
}

function layout(title: string, main: Html): Html {
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
          <h1><img src="/icon.svg" alt="" width="32" height="32" /> Sojourn</h1>
          <p>One session, from the first request to the last.</p>
        </header>
        <main>${main}</main>
        <footer>
          <p>
            The same routes speak JSON. With <code>Accept: application/json</code> and a cookie jar,
            curl can do all that this page does.
          </p>
        </footer>
      </body>
    </html>`;
}

function loginForm(attempt: Home["attempt"]): Html {
  return html`<section class="card" aria-labelledby="login">
    <h2 id="login">Log in</h2>
    ${
      attempt
        ? html`<p class="error" id="wrong" role="alert">That is not the password. It is “demo”.</p>`
        : ""
    }
    <form method="post" action="/login">
      <label for="name">Name</label>
      <input
        id="name"
        name="name"
        value="${attempt?.name ?? ""}"
        required
        maxlength="40"
        autocomplete="username"
        autocapitalize="none"
        spellcheck="false"
      />
      <label for="password">Password</label>
      <input
        id="password"
        name="password"
        type="password"
        required
        autocomplete="current-password"
        aria-describedby="hint${attempt ? " wrong" : ""}"
        ${attempt ? html`aria-invalid="true" autofocus` : ""}
      />
      <p class="hint" id="hint">Any name will do. The password is <kbd>demo</kbd>.</p>
      <button>Log in</button>
    </form>
  </section>`;
}

function welcome(userId: string): Html {
  return html`<section class="card" aria-labelledby="you">
    <h2 id="you">Hello, <span class="name">${userId}</span></h2>
    <p>
      You are logged in. The session that you had before is over; this one has a handle and a secret
      of its own, and of the old data only the basket came along.
    </p>
    <form method="post" action="/logout"><button class="quiet">Log out</button></form>
  </section>`;
}

function basket(items: readonly string[], loggedIn: boolean): Html {
  return html`<section class="card" aria-labelledby="basket">
    <h2 id="basket">
      Basket <span class="count">${items.length}<span class="unseen"> items</span></span>
    </h2>
    ${
      items.length === 0
        ? html`<p class="hint">
            Empty. ${loggedIn ? "" : "What you put in before you log in comes along."}
          </p>`
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

/** What page.js keeps up to date. `data-now`: a browser's clock may be wrong, the server's counts. */
function ticket(session: Session<LoginData>): Html {
  const { handle, userId, createdAt, authenticatedAt, lastSeenAt } = session;
  const { idleExpiresAt, expiresAt } = session;
  return html`<section
    class="card ticket"
    aria-labelledby="session"
    data-handle="${handle}"
    data-now="${Date.now()}"
  >
    <h2 id="session">This session</h2>
    <dl>
      <dt>Whose</dt>
      <dd>${userId ? html`<span class="name">${userId}</span>` : "An anonymous visitor’s"}</dd>
      <dt>Handle</dt>
      <dd><code>${handle}</code></dd>
      <dt>Began</dt>
      <dd>${time("createdAt", createdAt)}</dd>
      ${
        authenticatedAt
          ? html`<dt>Logged in</dt>
              <dd>${time("authenticatedAt", authenticatedAt)}</dd>`
          : ""
      }
      <dt>Last seen</dt>
      <dd>${lastSeenAt ? time("lastSeenAt", lastSeenAt) : time("lastSeenAt", Date.now())}</dd>
    </dl>
    <div class="deadlines">
      ${deadline({
        key: "idleExpiresAt",
        label: "If nothing happens, it ends",
        from: lastSeenAt ?? createdAt,
        at: idleExpiresAt,
        note: "Any request that reads the session moves this. These countdowns only look, and that does not.",
      })}
      ${deadline({
        key: "expiresAt",
        label: "Whatever happens, it ends",
        from: authenticatedAt ?? createdAt,
        at: expiresAt,
        note: "Nothing but a new login moves this.",
      })}
    </div>
    <p class="stay"><a href="/">Stay a little longer</a></p>
    <p class="unseen" role="status" data-announce></p>
    <p class="ended" role="alert" hidden data-ended>
      This session has ended. <a href="/">Begin another</a>
    </p>
  </section>`;
}

function noTicket(): Html {
  return html`<section class="card ticket" aria-labelledby="session">
    <h2 id="session">No session yet</h2>
    <p>
      This page has asked for a session and there is none, so nothing was stored and no cookie set.
      Put something into the basket, or log in, and there will be one.
    </p>
  </section>`;
}

function deadline(row: {
  readonly key: string;
  readonly label: string;
  readonly from: number;
  readonly at: number;
  readonly note: string;
}): Html {
  const { key, label, from, at, note } = row;
  const id = `${key}-label`;
  return html`<div class="deadline">
    <p class="lead" id="${id}">${label} ${time(key, at)}</p>
    <progress
      aria-labelledby="${id}"
      max="${at - from}"
      value="${Math.max(0, at - Date.now())}"
      data-of="${key}"
    ></progress>
    <p class="hint">${note}</p>
  </div>`;
}

/** Without script, the time of day; with it, how long ago or how long still. */
function time(key: string, at: number): Html {
  const iso = new Date(at).toISOString();
  return html`<time datetime="${iso}" data-at="${at}" data-key="${key}"
    >${iso.slice(0, 19).replace("T", " at ")} UTC</time
  >`;
}
