import type { Session } from "@sojourn/core";
import { html } from "hono/html";
import type { LoginData } from "../login-sessions.ts";
import type { Html } from "./layout.ts";
import { time } from "./time.ts";

/** Both deadlines, which deadlines.js counts down, and a way to stay. */
export function deadlines(session: Session<LoginData>): Html {
  const { createdAt, authenticatedAt, lastSeenAt, idleExpiresAt, expiresAt } = session;
  return html`<section class="deadlines" aria-label="How long this session lasts" data-deadlines>
    ${deadline({
      key: "idleExpiresAt",
      label: "If you do nothing, this ends",
      from: lastSeenAt ?? createdAt,
      at: idleExpiresAt,
    })}
    ${deadline({
      key: "expiresAt",
      label: "Whatever you do, this ends",
      from: authenticatedAt ?? createdAt,
      at: expiresAt,
    })}
    <form method="post" action="/stay" data-stay>
      <button class="small">Stay</button>
    </form>
    <p class="unseen" role="status" data-announce></p>
  </section>`;
}

function deadline(row: {
  readonly key: string;
  readonly label: string;
  readonly from: number;
  readonly at: number;
}): Html {
  const { key, label, from, at } = row;
  const id = `${key}-label`;
  return html`<div class="deadline">
    <p id="${id}">${label} ${time(at, key)}</p>
    <progress
      aria-labelledby="${id}"
      max="${at - from}"
      value="${Math.max(0, at - Date.now())}"
      data-of="${key}"
    ></progress>
  </div>`;
}
