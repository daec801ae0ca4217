import { NOW_MINUTES } from "./active.ts";
import { alertList } from "./alert-list.ts";
import { BOUNDS, CREATED, ENDED, groups, REFUSED } from "./columns.ts";
import { ALL_BUCKETS, ALL_FAILED, columnsOf, type Range, RANGES } from "./figures.ts";
import { type Trouble, troublesOf } from "./health.ts";
import { html, type Markup } from "./html.ts";
import { quantile } from "./latency.ts";
import { finder, page, userLink } from "./page.ts";
import { plots } from "./plots.ts";
import { sum } from "./rings.ts";
import type { State } from "./state.ts";
import { clockTime, count, duration, lasting, shown, when } from "./text.ts";

const MINUTE = 60_000;

/** The first page: is something wrong, since when, who is affected, what can be done. */
export async function overview(state: State, range: Range): Promise<Markup> {
  const controls = html`<p class="pausing" id="pausing" hidden>
      <span id="state" role="status"></span>
      <button type="button" id="pause" aria-pressed="false">Pause</button>
    </p>
    ${finder()}`;
  const main = html`<p class="unseen" role="status" id="headline-told"></p>
    <div id="live" data-range="${range.name}">${await live(state, range)}</div>`;
  return page(state, { head: controls, main });
}

/** What changes: the script asks for it every few seconds. */
export async function live(state: State, range: Range): Promise<Markup> {
  const now = state.clock.now();
  const stored = await state.countSessions();
  return html`${status(troublesOf(state, now), now)} ${tiles(state, stored, now)}
    ${alertList(state.alerts.list, now)}
    <section aria-labelledby="over-time">
      <div class="between">
        <h2 id="over-time">Over time</h2>
        <nav class="ranges" aria-label="How far back">
          <ul>
            ${RANGES.map(({ name, label }) => html`<li><a href="?range=${name}#over-time" ${name === range.name && html` aria-current="page"`}>${label}</a></li>`)}
          </ul>
        </nav>
      </div>
      ${plots(state, range, now)}
    </section>
    ${footer(state, now)}`;
}

function status(troubles: readonly Trouble[], now: number): Markup {
  const worst = troubles[0]?.severity ?? "well";
  const many = troubles.length;
  const headline =
    many === 0
      ? "Nothing is wrong"
      : `${many === 1 ? "One thing is" : `${many} things are`} wrong${worst === "warning" ? ", none of it critical" : ""}`;
  return html`<section class="status ${worst}" aria-labelledby="headline">
    <h1 id="headline"><span class="light" aria-hidden="true"></span>${headline}</h1>
    <p class="as-of">
      As of
      <time datetime="${new Date(now).toISOString()}">${clockTime(now)} UTC</time
      >${many === 0 && html`, by what this page can tell: the store answers, refusals are as usual, no alert in the last hour`}.
    </p>
    ${
      many > 0 &&
      html`<ul class="troubles">
        ${troubles.map((trouble) => troubleItem(trouble, now))}
      </ul>`
    }
  </section>`;
}

function troubleItem({ severity, what, since, who, users, remedy }: Trouble, now: number): Markup {
  const names = users.map((userId, i) => [i > 0 && ", ", userLink(userId, shown(userId, 60))]);
  return html`<li class="${severity}">
    <h2><span class="badge ${severity}">${severity}</span> ${what}</h2>
    <dl>
      <div>
        <dt>Since</dt>
        <dd>${clockTime(since, 2)} UTC, ${when(since, now)}</dd>
      </div>
      <div>
        <dt>Affected</dt>
        <dd>${who}${names}</dd>
      </div>
      <div>
        <dt>What to do</dt>
        <dd>${remedy}</dd>
      </div>
    </dl>
  </li>`;
}

function tiles(state: State, stored: number | null, now: number): Markup {
  const { active } = state;
  const lastMinute = (columns: readonly number[]) => count(inLastMinute(state, columns, now));
  const users = active.estimate(true, NOW_MINUTES, now);
  const anonymous = active.estimate(false, NOW_MINUTES, now);
  const hour = active.estimate(true, 60, now);
  return html`<section aria-labelledby="right-now">
    <h2 id="right-now" class="unseen">Right now</h2>
    <dl class="tiles">
      ${tile("Live sessions", stored === null ? `≈ ${count(hour)}` : count(stored), stored === null ? "signed in, seen within the hour" : `in the store; ≈ ${count(hour)} signed in and seen within the hour`)}
      ${tile("In use", `≈ ${count(users)}`, `signed in, seen within ${NOW_MINUTES} minutes; ≈ ${count(anonymous)} anonymous`)}
      ${tile("Created", lastMinute(columnsOf(CREATED)), "in the last minute")}
      ${tile("Ended", lastMinute(columnsOf(ENDED)), "in the last minute")}
      ${tile("Refused", lastMinute(columnsOf(REFUSED)), "in the last minute")}
      ${storeTile(state, now)}
    </dl>
  </section>`;
}

function storeTile(state: State, now: number): Markup {
  const buckets = BOUNDS.map((_, i) =>
    inLastMinute(
      state,
      groups.map(({ bucket }) => bucket + i),
      now,
    ),
  );
  const p99 = quantile(buckets, 0.99);
  const { waiting } = state.latency;
  const underWay = waiting > 0 ? `; ${count(waiting)} under way` : "";
  if (p99 === null) return tile("Store", "-", `no call in the last minute${underWay}`);
  const calls = count(inLastMinute(state, ALL_BUCKETS, now));
  const failed = count(inLastMinute(state, ALL_FAILED, now));
  const about = `is what 99 of 100 calls take at most; ${failed} of ${calls} failed in the last minute`;
  return tile("Store", duration(p99), `${about}${underWay}`);
}

function inLastMinute({ rings }: State, columns: readonly number[], now: number): number {
  return sum(rings.seconds, columns, now - MINUTE + 1_000, now);
}

function tile(name: string, figure: string, about: string): Markup {
  return html`<div>
    <dt>${name}</dt>
    <dd><strong>${figure}</strong> <span>${about}</span></dd>
  </div>`;
}

function footer({ telling, since, rings }: State, now: number): Markup {
  const others = telling?.others() ?? 0;
  const whose =
    telling === null
      ? "of this process only"
      : `of this process and of ${others === 0 ? "no other: none was heard in the last minute" : `${others} ${others === 1 ? "other" : "others"}`}`;
  const kept = lasting(rings.hours.length * rings.hours.width);
  return html`<footer>
    <p>
      Figures ${whose}, counted since ${when(since, now)} and kept for ${kept} at most. All times
      are UTC. Sessions in use and seen are estimates, within 3 of 100.
    </p>
  </footer>`;
}
