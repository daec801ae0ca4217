import type { Session } from "@sojourn/core";
import { html } from "hono/html";
import type { LoginData } from "../login-sessions.ts";
import type { Html } from "./layout.ts";
import { time } from "./time.ts";

/** What the session says of itself. */
export function ticket(session: Session<LoginData>): Html {
  const { handle, userId, createdAt, authenticatedAt, lastSeenAt } = session;
  return html`<section class="card ticket" aria-labelledby="session">
    <h2 id="session">This session</h2>
    <dl>
      <dt>Whose</dt>
      <dd>${userId ? html`<span class="name">${userId}</span>` : "An anonymous visitor’s"}</dd>
      <dt>Began</dt>
      <dd>${time(createdAt)}</dd>
      ${
        authenticatedAt
          ? html`<dt>Password given</dt>
              <dd>${time(authenticatedAt, "authenticatedAt")}</dd>`
          : ""
      }
      <dt>Last noted</dt>
      <dd>${time(lastSeenAt ?? Date.now(), "lastSeenAt")}</dd>
    </dl>
    <div class="stub">
      <p><span class="soft">Handle</span> <code>${handle}</code></p>
      <p class="hint">Its name in lists and logs. It opens nothing: that is the cookie’s.</p>
    </div>
  </section>`;
}

export function noTicket(): Html {
  return html`<section class="card ticket" aria-labelledby="session">
    <h2 id="session">No session yet</h2>
    <p>
      This page has asked for a session and there is none, so nothing was stored and no cookie set.
      Put something into the basket, or log in, and there will be one.
    </p>
  </section>`;
}
