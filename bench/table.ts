import type { Spread } from "./statistics.ts";

/** A Markdown table that is legible on a terminal too. The first column is text, the others numbers. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const widths = head.map((title, column) =>
    Math.max(3, title.length, ...rows.map((row) => (row[column] ?? "").length)),
  );
  const line = (cells: readonly string[]) => `| ${cells.join(" | ")} |`;
  const padded = (cells: readonly string[]) =>
    line(
      widths.map((width, column) => {
        const cell = cells[column] ?? "";
        return column === 0 ? cell.padEnd(width) : cell.padStart(width);
      }),
    );
  const rule = widths.map(
    (width, column) => "-".repeat(width - +(column > 0)) + (column > 0 ? ":" : ""),
  );
  return [padded(head), line(rule), ...rows.map(padded)].join("\n");
}

/** Three digits that matter, and thousands set apart. */
export function figure(value: number): string {
  if (!Number.isFinite(value)) return "-";
  const digits = Math.max(0, 2 - Math.floor(Math.log10(Math.abs(value) || 1)));
  return value.toLocaleString("en", {
    minimumFractionDigits: digits,
    maximumFractionDigits: digits,
  });
}

/** `0.82 (0.78 to 0.85)` */
export function spreadFigure({ median, min, max }: Spread, format = figure): string {
  return `${format(median)} (${format(min)} to ${format(max)})`;
}

export function ratioFigure(value: number): string {
  return value.toFixed(2);
}
