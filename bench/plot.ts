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
      `<rect x="${LABELS}" y="${y + 3}" width="${Math.max(1, x(median) - LABELS)}" height="${ROW - 6}" fill="${isOurs ? "#2a7" : "#89a"}"/>`,
      `<path d="M${x(min)} ${middle}H${x(max)}" stroke="#234"/>`,
      `<text x="${x(max) + 6}" y="${middle + 4}">${figure(median)}</text>`,
    ].join("");
  });
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" font-family="sans-serif" font-size="12" fill="#234">`,
    `<rect width="${WIDTH}" height="${height}" fill="#fff"/>`,
    `<text x="8" y="20" font-size="14">${escape(title)}</text>`,
    ...rows,
    "</svg>\n",
  ].join("\n");
}

function escape(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;");
}
