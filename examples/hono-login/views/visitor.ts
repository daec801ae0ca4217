import type { Session } from "@sojourn/core";
import { html } from "hono/html";
import type { LoginData } from "../login-sessions.ts";
import { basketCard } from "./basket.ts";
import { deadlines } from "./deadlines.ts";
import { type Html, layout } from "./layout.ts";
import { noTicket, ticket } from "./ticket.ts";

export interface Visitor {
  readonly session: Session<LoginData> | null;
  /** Somebody has just tried a wrong password. */
  readonly attempt?: { readonly name: string };
}

export function visitorPage({ session, attempt }: Visitor): Html {
  const main = html`
    ${session === null ? "" : deadlines(session)}
    <div class="columns">
      ${loginForm(attempt)}
      <div>
        ${basketCard(session?.data.basket ?? [], "What you put in before you log in comes along.")}
        ${session === null ? noTicket() : ticket(session)}
      </div>
    </div>
  `;
  const title = attempt ? "Wrong password" : "Log in";
  return layout({ title, main, handle: session?.handle ?? null });
}

function loginForm(attempt: Visitor["attempt"]): Html {
  return html`<section class="card" aria-labelledby="login">
    <h1 id="login">Log in</h1>
    <p class="hint">
      Then do it again in another browser, or in a private window, and watch both pages.
    </p>
    ${
      attempt
        ? html`<p class="error" id="wrong" role="alert">
            That is not the password. Unless it was changed it is “demo”.
          </p>`
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
