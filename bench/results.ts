import { mkdir, readFile, writeFile } from "node:fs/promises";
import type { Findings } from "./part.ts";
import { SUMMARY, summary } from "./summary.ts";

const FILE = new URL("RESULTS.md", import.meta.url);

const PLOTS = new URL("plots/", import.meta.url);

const INTRODUCTION = `# Results

What \`npm run bench\` found. Each part says on what machine, with what versions and by what command; another machine gives other figures, so look at the ratios.
`;

/**
 * Puts a part's findings in the place of its earlier ones; those of other parts stay.
 *
 * `order`: all parts, as they are to stand.
 */
export async function writeResults(
  name: string,
  { text, plots }: Findings,
  order: readonly string[],
): Promise<void> {
  const earlier = split(await readFile(FILE, "utf8").catch(() => ""));
  const found = new Map(earlier).set(name, `## ${name}\n\n${text.trim()}\n`);
  const sections = new Map([...found].toSorted(([a], [b]) => order.indexOf(a) - order.indexOf(b)));
  await writeFile(FILE, [INTRODUCTION, summary(sections), ...sections.values()].join("\n"));
  await mkdir(PLOTS, { recursive: true });
  for (const [plot, svg] of Object.entries(plots)) {
    await writeFile(new URL(`${plot}.svg`, PLOTS), svg);
  }
}

/** The parts by their names, in the order of the file. */
function split(text: string): [name: string, section: string][] {
  return text
    .split(/^(?=## )/m)
    .slice(1)
    .map((section): [string, string] => [/^## (.*)/.exec(section)?.[1] ?? "", section])
    .filter(([name]) => name !== SUMMARY)
    .map(([name, section]) => [name, `${section.trim()}\n`]);
}
