import { table } from "./table.ts";
import { TARGET_TITLES } from "./targets.ts";

/** The heading that the summary stands under. */
export const SUMMARY = "All targets";

const HEAD = TARGET_TITLES.join("|");

/**
 * What is asked of us in all parts, and whether it is so: the rows of the tables of targets that their
 * sections have, also of those that were measured on another day.
 */
export function summary(sections: ReadonlyMap<string, string>): string {
  const rows = [...sections].flatMap(([name, section]) =>
    targetRows(section).map((cells) => [`[${name}](#${name})`, ...cells]),
  );
  const met = rows.filter((cells) => cells.at(-1) === "yes").length;
  return `## ${SUMMARY}\n\n${met} of ${rows.length} are met.\n\n${table(["part", ...TARGET_TITLES], rows)}\n`;
}

function targetRows(section: string): string[][] {
  return section.split("\n\n").flatMap((block) => {
    const [head, , ...rows] = block.split("\n").map(cellsOf);
    return head?.join("|") === HEAD ? rows : [];
  });
}

function cellsOf(line: string): string[] {
  return line
    .split("|")
    .slice(1, -1)
    .map((cell) => cell.trim());
}
