import type { ListedSession } from "@sojourn/core";
import { deviceName } from "@sojourn/watch/device";
import { html, type Markup } from "./html.ts";
import { address } from "./alert-list.ts";
import { finder, page } from "./page.ts";
import type { State } from "./state.ts";
import { count, shown, when } from "./text.ts";

/** What a form did, as the page after it says it. A closed list: a link cannot make the page say anything else. */
const DONE: Readonly<Record<string, string>> = {
  one: "The session has ended.",
  all: "All sessions of this user have ended. A login that began before is refused.",
  gone: "This session had ended already.",
};

export interface UserPage {
  readonly userId: string;
  readonly sessions: readonly ListedSession[];
  readonly next: string | null;
  /** Why there is no list. */
  readonly failure?: string;
  readonly done?: string | null;
}

/** A user's sessions, and the buttons that end them. */
export function userPage(state: State, found: UserPage): Markup {
  const { userId, sessions, next, failure, done = null } = found;
  const now = state.clock.now();
  const message = done !== null && Object.hasOwn(DONE, done) ? (DONE[done] as string) : null;
  const many = `${count(sessions.length)}${next === null ? "" : " or more"}`;
  const main = html`<h1>Sessions of <bdi>${shown(userId)}</bdi></h1>
    ${message !== null && html`<p class="message" role="status" tabindex="-1" autofocus>${message}</p>`}
    ${failure !== undefined ? html`<p class="message critical" role="alert">${failure}</p>` : html`<p class="as-of">${sessions.length === 0 ? "This user has no live session." : `${many} live ${sessions.length === 1 ? "session" : "sessions"}.`}</p>`}
    ${sessions.length > 0 && html`${!state.readOnly && endAll(userId)}${listOf(state, userId, sessions, now)}`}
    ${next !== null && html`<p><a href="?user=${encodeURIComponent(userId)}&after=${encodeURIComponent(next)}">The next ones</a></p>`}
    <p><a href="?">Back to the overview</a></p>`;
  return page(state, { name: shown(userId, 60), head: finder(userId), main });
}

function listOf(
  state: State,
  userId: string,
  sessions: readonly ListedSession[],
  now: number,
): Markup {
  return html`<ul class="sessions">
    ${sessions.map((session) => sessionItem(state, userId, session, now))}
  </ul>`;
}

function sessionItem(
  { readOnly }: State,
  userId: string,
  session: ListedSession,
  now: number,
): Markup {
  const { handle, client, label, aal, factors, impersonator, locked } = session;
  const userAgent = client?.userAgent ?? null;
  const device = deviceName(userAgent);
  const how = [`level ${aal}`, ...factors.map((factor) => shown(factor, 32))].join(", ");
  const rows: (readonly [string, string | Markup])[] = [
    ["Last seen", session.lastSeenAt === null ? "not yet" : when(session.lastSeenAt, now)],
    ["From", client?.address ? address(client.address) : "not known"],
    ["Logged in", html`${when(session.authenticatedAt ?? session.createdAt, now)}, ${how}`],
    ["Ends", when(Math.min(session.idleExpiresAt, session.expiresAt), now)],
    ["Session", html`<code>${handle}</code>`],
  ];
  return html`<li>
    <h2>
      ${device}${label !== null && html` <span class="of"><bdi>${shown(label)}</bdi></span>`}
      ${locked !== null && html` <span class="badge warning">locked: ${locked}</span>`}
      ${impersonator !== null && html` <span class="badge warning">used by <bdi>${shown(impersonator, 60)}</bdi></span>`}
    </h2>
    <dl class="evidence">
      ${rows.map(
        ([name, value]) =>
          html`<div>
            <dt>${name}</dt>
            <dd>${value}</dd>
          </div>`,
      )}
    </dl>
    ${userAgent !== null && html`<p class="agent"><bdi>${shown(userAgent, 256)}</bdi></p>`}
    ${!readOnly && html`<form method="post" action="?">${hidden("user", userId)}${hidden("handle", handle)}<button class="ends" name="do" value="one" aria-label="End this session: ${device}, ${handle}">End this session</button></form>`}
  </li>`;
}

function endAll(userId: string): Markup {
  return html`<details class="end-all" id="end-all">
    <summary>End all sessions of this user…</summary>
    <form method="post" action="?">
      <p>Every device is logged out at once. Whoever knows the password can log in again.</p>
      ${hidden("user", userId)}<button class="ends" name="do" value="all">End all sessions</button>
    </form>
  </details>`;
}

function hidden(name: string, value: string): Markup {
  return html`<input type="hidden" name="${name}" value="${value}" />`;
}
