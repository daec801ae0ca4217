import { html } from "hono/html";
import type { Notice } from "../notice.ts";
import type { Html } from "./layout.ts";
import { time } from "./time.ts";

/** live.js puts new ones on top; `role="log"`: a screen reader reads what comes, and not how its age grows. */
export function alertsCard(alerts: readonly Notice[]): Html {
  return html`<section class="card" aria-labelledby="alerts">
    <h2 id="alerts">Recent alerts</h2>
    <div class="log" role="log" aria-labelledby="alerts">
      <ul class="alerts" data-alerts>
        ${alerts.map(
          ({ at, severity, title, text }) =>
            html`<li class="${severity}">
              <p><strong>${title}</strong> <span aria-live="off">${time(at)}</span></p>
              <p>${text}</p>
            </li>`,
        )}
      </ul>
    </div>
    <p class="hint" data-no-alerts>
      Nothing out of the ordinary. When something is, it is here at once.
    </p>
  </section>`;
}
