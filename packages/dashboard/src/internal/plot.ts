import { type Bars, type Range, USUAL_RANGE } from "./figures.ts";
import { html, type Markup } from "./html.ts";
import { clockTime, count, dayTime } from "./text.ts";

/** What is drawn in one colour: a value a bar. Null: there is none. */
interface Drawn {
  readonly label: string;
  readonly values: readonly (number | null)[];
}

export interface Plot {
  readonly id: string;
  readonly title: string;
  readonly range: Range;
  readonly bars: Bars;
  readonly drawn: readonly Drawn[];
  /** `bars`: one upon the other. `lines`: each from the ground. */
  readonly as: "bars" | "lines";
  /** How a value is written. */
  readonly unit?: (value: number) => string;
  /** What it all comes to: "1,234 in 3 hours". */
  readonly summary: string;
  /** Below: what the colours are. */
  readonly legend: Markup;
}

/** In units of the drawing, which is stretched to what there is room for. */
const STEP = 10;
const HEIGHT = 100;

/** A figure with its numbers below it, as one reads it or has it read. */
export function plot(plot: Plot): Markup {
  const { id, title, bars, drawn, unit = count, summary, legend } = plot;
  const highest = Math.max(0, ...bars.starts.map((_, bar) => heightAt(plot, bar)));
  const top = roundUp(highest);
  const width = bars.starts.length * STEP;
  const unknown = bars.unknown * STEP;
  const shapes = plot.as === "bars" ? stacked(drawn, top) : lines(drawn, top);
  return html`<figure class="plot" id="${id}">
    <figcaption>
      <h3>${title}</h3>
      <p>${summary}</p>
    </figcaption>
    <div class="chart">
      <p class="scale" aria-hidden="true">
        <span>${unit(top)}</span><span>${unit(top / 2)}</span><span>0</span>
      </p>
      <svg
        viewBox="0 0 ${width} ${HEIGHT}"
        preserveAspectRatio="none"
        role="img"
        aria-label="${spoken(plot)}"
      >
        ${unknown > 0 && html`<path class="before" d="M0 0H${unknown}V${HEIGHT}H0z" />`}
        <path class="grid" d="M0 0H${width}M0 ${HEIGHT / 2}H${width}" />
        <path class="ground" d="M0 ${HEIGHT}H${width}" />
        ${shapes.map((d, i) => d !== "" && html`<path class="${plot.as} c${i + 1}" d="${d}" />`)}
        ${bars.starts.map((_, bar) => heightAt(plot, bar) > 0 && html`<path class="hover" d="M${bar * STEP} 0h${STEP}v${HEIGHT}h-${STEP}z"><title>${told(plot, bar)}</title></path>`)}
      </svg>
      <p class="times" aria-hidden="true">
        <span>${timeOf(plot, 0)}</span><span>${timeOf(plot, bars.starts.length >> 1)}</span
        ><span>now</span>
      </p>
    </div>
    ${legend}
  </figure>`;
}

function heightAt({ drawn, as }: Plot, bar: number): number {
  const values = drawn.map(({ values }) => values[bar] ?? 0);
  return as === "bars" ? values.reduce((sum, value) => sum + value, 0) : Math.max(0, ...values);
}

function stacked(drawn: readonly Drawn[], top: number): string[] {
  const below: number[] = [];
  return drawn.map(({ values }) => {
    let d = "";
    values.forEach((value, bar) => {
      const from = below[bar] ?? 0;
      if (!value) return;
      below[bar] = from + value;
      const high = (value / top) * HEIGHT;
      const y = HEIGHT - (from / top) * HEIGHT - high;
      d += `M${bar * STEP + 1} ${short(y)}h${STEP - 2}v${short(high)}h-${STEP - 2}z`;
    });
    return d;
  });
}

function lines(drawn: readonly Drawn[], top: number): string[] {
  return drawn.map(({ values }) => {
    let d = "";
    values.forEach((value, bar) => {
      if (value === null) return;
      const y = short(HEIGHT - (value / top) * HEIGHT);
      const joined = bar > 0 && (values[bar - 1] ?? null) !== null;
      d += `${joined ? "L" : "M"}${bar * STEP} ${y}h${STEP}`;
    });
    return d;
  });
}

/** What the drawing says, to whom it is not drawn. */
function spoken(plot: Plot): string {
  const { title, summary, bars, unit = count } = plot;
  const heights = bars.starts.map((_, bar) => heightAt(plot, bar));
  const most = Math.max(...heights);
  if (most === 0) return `${title}: nothing in the last ${plot.range.label}.`;
  const at = heights.lastIndexOf(most);
  return `${title}: ${summary}. The most is ${unit(most)}, at ${timeOf(plot, at)}; the latest is ${unit(heights.at(-1) as number)}.`;
}

function told(plot: Plot, bar: number): string {
  const { drawn, unit = count } = plot;
  const parts = drawn
    .filter(({ values }) => values[bar])
    .map(({ label, values }) => `${label}: ${unit(values[bar] as number)}`);
  return [timeOf(plot, bar), ...parts].join("\n");
}

function timeOf({ bars, range }: Plot, bar: number): string {
  const start = bars.starts[bar] as number;
  if (range === USUAL_RANGE) return clockTime(start, 2);
  return range.ring === "hours" ? dayTime(start) : clockTime(start);
}

/** 1, 2, 4, 6, 8 or 10 of the greatest power of ten below: half of it is a number, too. */
function roundUp(value: number): number {
  if (value <= 2) return 2;
  const power = 10 ** Math.floor(Math.log10(value));
  return power * ([1, 2, 4, 6, 8, 10].find((times) => value <= times * power) as number);
}

function short(value: number): number {
  return Math.round(value * 100) / 100;
}
