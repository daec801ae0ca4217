import { type Active, NOW_MINUTES } from "./active.ts";
import {
  ACTIVE,
  type Band,
  CREATED,
  DAMAGE,
  ENDED,
  type Group,
  groups,
  REFUSED,
  RENEWED,
} from "./columns.ts";
import {
  ALL_BUCKETS,
  ALL_FAILED,
  type Bars,
  barsOf,
  bucketsIn,
  countsIn,
  greatestIn,
  type Range,
} from "./figures.ts";
import { html, type Markup } from "./html.ts";
import { quantile } from "./latency.ts";
import { plot } from "./plot.ts";
import type { State } from "./state.ts";
import { count, duration, when } from "./text.ts";

const total = (values: readonly (number | null)[]) =>
  values.reduce<number>((sum, value) => sum + (value ?? 0), 0);

/** All plots of the page. */
export function plots(state: State, range: Range, now: number): Markup {
  const bars = barsOf(state, range, now);
  return html`${
      bars.unknown > 0 &&
      html`<p class="quiet">
        Counted since ${when(state.since, now)}. What was before is not known, and shaded.
      </p>`
    }
    <div class="plots">
      ${inUse(state.active, range, bars, now)}
      ${counted("created", "Created", CREATED, range, bars)}
      ${counted("renewed", "Renewed", RENEWED, range, bars)}
      ${counted("ended", "Ended", ENDED, range, bars)}
      ${counted("refused", "Refused", REFUSED, range, bars)} ${latency(range, bars)}
      ${failures(range, bars)}
    </div>`;
}

function counted(
  id: string,
  title: string,
  bands: readonly Band[],
  range: Range,
  bars: Bars,
): Markup {
  const all = bands.map((band) => ({
    label: band.label,
    columns: band.columns.map(({ label, index }) => ({
      label,
      many: total(countsIn(bars, [index])),
    })),
    values: countsIn(
      bars,
      band.columns.map(({ index }) => index),
    ),
  }));
  const caption = `${title} in the last ${range.label}`;
  const reasons = all.flatMap(({ columns }) => columns);
  const byReason = html`<details id="${id}-reasons">
    <summary>By reason</summary>
    <table>
      <caption class="unseen">
        ${caption}, by reason
      </caption>
      <thead>
        <tr>
          <th scope="col">Reason</th>
          <th scope="col" class="number">Number</th>
        </tr>
      </thead>
      <tbody>
        ${reasons.map(({ label, many }) => row(label, count(many), many === 0))}
      </tbody>
    </table>
  </details>`;
  return plot({
    id,
    title,
    range,
    bars,
    as: "bars",
    drawn: all,
    summary: `${count(total(all.map(({ values }) => total(values))))} in ${range.label}`,
    legend: html`${legend(
      caption,
      all.map(({ label, values }) => [label, count(total(values)), total(values) === 0]),
    )}${reasons.length > all.length && byReason}`,
  });
}

function inUse(active: Active, range: Range, bars: Bars, now: number): Markup {
  const drawn = [ACTIVE.user, ACTIVE.anonymous].map(({ label, index }, i) => {
    const present = active.estimate(i === 0, NOW_MINUTES, now);
    const values = greatestIn(bars, index);
    // Noted once a second; what has come since belongs to the last bar.
    return { label, present, values: values.with(-1, Math.max(present, values.at(-1) ?? 0)) };
  });
  return plot({
    id: "active",
    title: "In use",
    range,
    bars,
    as: "bars",
    drawn,
    summary: "Sessions seen within five minutes, estimated",
    legend: legend(
      "In use now",
      drawn.map(({ label, present }) => [label, `≈ ${count(present)}`, present === 0]),
    ),
  });
}

const SHARES: readonly [label: string, share: number][] = [
  ["Half are faster than", 0.5],
  ["95 of 100", 0.95],
  ["99 of 100", 0.99],
];

function latency(range: Range, bars: Bars): Markup {
  const buckets = bucketsIn(
    bars,
    groups.map(({ bucket }) => bucket),
  );
  const all = together(buckets);
  const drawn = SHARES.map(([label, share]) => ({
    label,
    values: buckets.map((each) => quantile(each, share)),
  }));
  const calls = total(all);
  return plot({
    id: "latency",
    title: "Store latency",
    range,
    bars,
    as: "lines",
    drawn,
    unit: duration,
    summary: `${count(calls)} calls in ${range.label}`,
    legend: html`${legend(
      `Store latency in the last ${range.label}`,
      SHARES.map(([label, share]) => [label, time(quantile(all, share)), calls === 0]),
    )}${byOperation(range, bars)}`,
  });
}

function failures(range: Range, bars: Bars): Markup {
  const failed = { label: "Calls that failed", values: countsIn(bars, ALL_FAILED) };
  const damaged = DAMAGE.map(({ label, columns }) => ({
    label,
    values: countsIn(
      bars,
      columns.map(({ index }) => index),
    ),
  }));
  const drawn = [failed, ...damaged];
  return plot({
    id: "failures",
    title: "Store errors",
    range,
    bars,
    as: "bars",
    drawn,
    summary: `${count(total(drawn.map(({ values }) => total(values))))} in ${range.label}, ${count(total(countsIn(bars, ALL_BUCKETS)))} calls`,
    legend: legend(
      `Store errors in the last ${range.label}`,
      drawn.map(({ label, values }) => [label, count(total(values)), total(values) === 0]),
    ),
  });
}

function byOperation(range: Range, bars: Bars): Markup {
  const cells = (group: Group) => {
    const buckets = together(bucketsIn(bars, [group.bucket]));
    const failed = total(countsIn(bars, [group.failed]));
    const figures = [
      count(total(buckets)),
      count(failed),
      ...SHARES.map(([, share]) => time(quantile(buckets, share))),
    ];
    return html`<tr${total(buckets) === 0 && html` class="none"`}><th scope="row">${group.name}</th>${figures.map((figure) => html`<td class="number">${figure}</td>`)}</tr>`;
  };
  return html`<details id="operations">
    <summary>By operation</summary>
    <div class="wide" tabindex="0" role="region" aria-label="The store's operations">
      <table>
        <caption class="unseen">
          The store's operations in the last ${range.label}
        </caption>
        <thead>
          <tr>
            <th scope="col">Operation</th>
            ${["Calls", "Failed", "50 %", "95 %", "99 %"].map((name) => html`<th scope="col" class="number">${name}</th>`)}
          </tr>
        </thead>
        <tbody>
          ${groups.map(cells)}
        </tbody>
      </table>
    </div>
  </details>`;
}

function together(buckets: readonly (readonly number[])[]): number[] {
  return (buckets[0] ?? []).map((_, i) => total(buckets.map((each) => each[i] as number)));
}

function time(ms: number | null): string {
  return ms === null ? "-" : duration(ms);
}

function legend(
  caption: string,
  rows: readonly (readonly [label: string, figure: string, none: boolean])[],
): Markup {
  return html`<table class="legend">
    <caption class="unseen">
      ${caption}
    </caption>
    <tbody>
      ${rows.map(([label, figure, none], i) => row(html`<span class="swatch c${i + 1}"></span>${label}`, figure, none))}
    </tbody>
  </table>`;
}

function row(label: string | Markup, figure: string, none: boolean): Markup {
  return html`<tr${none && html` class="none"`}><th scope="row">${label}</th><td class="number">${figure}</td></tr>`;
}
