import { deviceName } from "@sojourn/watch/device";
import type { Notice } from "./alerts.ts";
import { html, type Markup } from "./html.ts";
import { userLink } from "./page.ts";
import { count, shown, when } from "./text.ts";

const HOUR = 3_600_000;

/** Alerts, the latest first, with their evidence and what was done. */
export function alertList(latest: readonly Notice[], now: number): Markup {
  // Those that the page calls wrong are not to be looked for below what is merely worth knowing.
  const isUrgent = ({ severity, at }: Notice) => severity !== "info" && now - at < HOUR;
  const list = [...latest.filter(isUrgent), ...latest.filter((alert) => !isUrgent(alert))];
  const few = list.slice(0, 8);
  const more = list.slice(8);
  return html`<section aria-labelledby="alerts">
    <h2 id="alerts">Alerts</h2>
    ${
      list.length === 0
        ? html`<p class="quiet">
            None. Alerts come from the detectors of @sojourn/watch; a copied token is told without
            it.
          </p>`
        : html`<ol class="alerts">
            ${few.map((alert) => alertItem(alert, now))}
          </ol>`
    }
    ${
      more.length > 0 &&
      html`<details id="more-alerts">
        <summary>${count(more.length)} more</summary>
        <ol class="alerts">
          ${more.map((alert) => alertItem(alert, now))}
        </ol>
      </details>`
    }
  </section>`;
}

function alertItem(alert: Notice, now: number): Markup {
  const { severity, reason, userId, handle, evidence, done, times, since, at } = alert;
  const rows: [string, string | Markup][] = evidence.map(([name, value]) => [words(name), value]);
  if (alert.address !== null) rows.push(["from", address(alert.address)]);
  if (alert.userAgent !== null) rows.push(["with", deviceName(alert.userAgent)]);
  if (alert.impersonator !== null) rows.push(["impersonator", alert.impersonator]);
  if (handle !== null) rows.push(["session", html`<code>${handle}</code>`]);
  return html`<li class="${severity}">
    <h3>
      <span class="badge ${severity}">${severity}</span>
      ${reason}${userId !== null && html` <span class="of">of ${userLink(userId, shown(userId, 60))}</span>`}
    </h3>
    <p class="as-of">
      ${when(at, now)}${times > 1 && html`, ${count(times)} times since ${when(since, now)}`}
    </p>
    ${
      rows.length > 0 &&
      html`<dl class="evidence">
        ${rows.map(
          ([name, value]) =>
            html`<div>
              <dt>${name}</dt>
              <dd><bdi>${value}</bdi></dd>
            </div>`,
        )}
      </dl>`
    }
    <p class="done">
      ${done.length === 0 ? "Nothing was done by itself." : `Done: ${done.map(spelled).join(", ")}.`}
    </p>
  </li>`;
}

/** "session-revoked" as words. */
function spelled(done: string): string {
  return done.replaceAll("-", " ");
}

/** "userAgent" as words. */
function words(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
}

/** An address that is kept as a keyed hash is nothing to look at. */
export function address(kept: string): string {
  return /[.:]/.test(kept) ? shown(kept, 64) : "kept as a hash";
}
