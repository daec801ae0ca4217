import type { ListedSession, Session } from "@sojourn/core";
import { html } from "hono/html";
import { isAdministrator } from "../administration.ts";
import type { LoginData } from "../login-sessions.ts";
import type { Notice } from "../notice.ts";
import { alertsCard } from "./alerts.ts";
import { basketCard } from "./basket.ts";
import { deadlines } from "./deadlines.ts";
import { devicesCard } from "./devices.ts";
import { type Html, layout } from "./layout.ts";
import { ticket } from "./ticket.ts";
import { tryIt } from "./try-it.ts";

export interface Account {
  readonly session: Session<LoginData>;
  readonly userId: string;
  readonly devices: readonly ListedSession[];
  readonly alerts: readonly Notice[];
  /** What the last form did; null: nothing. */
  readonly notice: string | null;
  /** Where this server is reached, for what one can type. */
  readonly host: string;
}

export function accountPage(account: Account): Html {
  const { session, userId, devices, alerts, notice, host } = account;
  const main = html`
    <h1>Hello, <span class="name">${userId}</span></h1>
    ${notice === null ? "" : html`<p class="notice" role="status" tabindex="-1">${notice}</p>`}
    ${deadlines(session)}
    <div class="columns">
      <div>${devicesCard(devices)} ${alertsCard(alerts)} ${tryIt(userId, host)}</div>
      <div>
        ${passwordCard()} ${basketCard(session.data.basket, "Put something in.")} ${ticket(session)}
      </div>
    </div>
  `;
  const admin = isAdministrator(userId);
  return layout({ title: userId, main, handle: session.handle, user: true, admin });
}

function passwordCard(): Html {
  return html`<section class="card" aria-labelledby="change">
    <h2 id="change">Password</h2>
    <p class="hint">It is asked for once more, and then all other sessions are over.</p>
    <p><a class="button quiet" href="/password">Change it</a></p>
  </section>`;
}
