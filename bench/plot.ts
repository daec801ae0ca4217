import type { Spread } from "./statistics.ts";
import { figure } from "./table.ts";

interface Bar {
  readonly label: string;
  readonly spread: Spread;
  readonly isOurs: boolean;
}

const LABELS = 250;
const WIDTH = 760;
const ROW = 22;
const TOP = 34;

/** An SVG in a page knows which colours its reader prefers, and nothing of the page's own. */
const STYLE = `<style>
svg { font: 12px sans-serif; color: #1f2933 }
text { fill: currentColor }
.title { font-size: 14px; font-weight: bold }
.paper { fill: #fff }
.ours { fill: #1d9a6c }
.other { fill: #a9b8c6 }
.range { stroke: currentColor }
@media (prefers-color-scheme: dark) {
  svg { color: #e4e9ee }
  .paper { fill: #14191f }
  .ours { fill: #2fbf8a }
  .other { fill: #55677a }
}
</style>`;

/** Bars from left to right, with lines from the least to the most: the shortest first. An SVG. */
export function barChart(title: string, bars: readonly Bar[]): string {
  const shown = bars
    .filter(({ spread: { median } }) => Number.isFinite(median))
    .toSorted((a, b) => a.spread.median - b.spread.median);
  const most = Math.max(1, ...shown.map(({ spread: { max } }) => max));
  const x = (value: number) =>
    Math.round(LABELS + (Math.max(0, value) / most) * (WIDTH - LABELS - 70));
  const height = TOP + shown.length * ROW + 8;
  const rows = shown.map(({ label, spread: { median, min, max }, isOurs }, i) => {
    const y = TOP + i * ROW;
    const middle = y + ROW / 2;
    return [
      `<text x="${LABELS - 8}" y="${middle + 4}" text-anchor="end">${escape(label)}</text>`,
      `<rect x="${LABELS}" y="${y + 3}" width="${Math.max(1, x(median) - LABELS)}" height="${ROW - 6}" class="${isOurs ? "ours" : "other"}"/>`,
      `<path d="M${x(min)} ${middle}H${x(max)}" class="range"/>`,
      `<text x="${x(max) + 6}" y="${middle + 4}">${figure(median)}</text>`,
    ].join("");
  });
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}">`,
    STYLE,
    `<rect width="${WIDTH}" height="${height}" class="paper"/>`,
    `<text x="8" y="20" class="title">${escape(title)}</text>`,
    ...rows,
    "</svg>\n",
  ].join("\n");
}

function escape(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;");
}
