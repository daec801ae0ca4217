import { html } from "hono/html";
import { type Html, layout } from "./layout.ts";

/** Asks for the password again, before what needs it. */
export function confirmPage(options: { readonly to: string; readonly wrong: boolean }): Html {
  const { to, wrong } = options;
  const main = html`<section class="card narrow" aria-labelledby="confirm">
    <h1 id="confirm">Is it you?</h1>
    <p class="hint" id="why">
      Your password is asked for once more. Whoever finds an open page does not know it.
    </p>
    ${wrong ? html`<p class="error" id="wrong" role="alert">That is not your password.</p>` : ""}
    <form method="post" action="/confirm">
      <input type="hidden" name="to" value="${to}" />
      <label for="password">Password</label>
      <input
        id="password"
        name="password"
        type="password"
        required
        autofocus
        autocomplete="current-password"
        aria-describedby="why${wrong ? " wrong" : ""}"
        ${wrong ? html`aria-invalid="true"` : ""}
      />
      <p class="actions"><button>Go on</button> <a href="/">Never mind</a></p>
    </form>
  </section>`;
  return layout({ title: "Is it you?", main, user: true });
}

export function passwordPage(): Html {
  const main = html`<section class="card narrow" aria-labelledby="change">
    <h1 id="change">A new password</h1>
    <p class="hint" id="what">
      Then you are logged out everywhere else: whoever knew the old one may still be logged in.
    </p>
    <form method="post" action="/password">
      <label for="password">New password</label>
      <input
        id="password"
        name="password"
        type="password"
        required
        autofocus
        minlength="8"
        maxlength="128"
        autocomplete="new-password"
        aria-describedby="what rule"
      />
      <p class="hint" id="rule">8 characters at least.</p>
      <p class="actions"><button>Change it</button> <a href="/">Never mind</a></p>
    </form>
  </section>`;
  return layout({ title: "A new password", main, user: true });
}
