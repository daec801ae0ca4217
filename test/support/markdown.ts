interface Fence {
  readonly language: string;
  readonly text: string;
}

/** The fenced blocks, in order. */
function fences(markdown: string): Fence[] {
  const found = markdown.matchAll(/^```(\S*)\n([^]*?)^```$/gm);
  return [...found].map(([, language = "", text = ""]) => ({ language, text }));
}

/** The fenced blocks of one language, in order. */
export function blocks(markdown: string, language: string): string[] {
  return fences(markdown).flatMap((fence) => (fence.language === language ? [fence.text] : []));
}

/** The file that a block is, where its first line says so: "// server.ts". */
export function fileOf(block: string): string | undefined {
  return /^\/\/ ([\w.-]+\.ts)\n/.exec(block)?.[1];
}

export interface Example {
  readonly file: string;
  readonly source: string;
  readonly steps: readonly Step[];
}

/**
 * The complete programs: blocks that name their file, each with the transcript that starts it. A
 * program without one of its own does what the one before it does.
 */
export function examples(markdown: string): Example[] {
  const found: Example[] = [];
  let typed: readonly Step[] = [];
  const all = fences(markdown);
  for (const [at, { language, text: source }] of all.entries()) {
    const file = language === "ts" ? fileOf(source) : undefined;
    if (file === undefined) continue;
    const { language: next, text } = all[at + 1] ?? { language: "", text: "" };
    if (next === "console") typed = steps(text);
    const starts = new RegExp(`\\b(node|deno run|bun)\\b.* ${file.replaceAll(".", "\\.")}\\b`);
    if (starts.test(typed[0]?.command ?? "")) found.push({ file, source, steps: typed });
  }
  return found;
}

/** The first table whose head begins with this cell: its rows, by their first cell. */
export function table(markdown: string, head: string): Record<string, readonly string[]> {
  const lines = markdown.split("\n");
  const start = lines.findIndex((line) => cells(line)[0] === head);
  const end = lines.findIndex((line, at) => at > start && !line.startsWith("|"));
  const rows = start === -1 ? [] : lines.slice(start + 2, end).map(cells);
  return Object.fromEntries(rows.map(([name = "", ...others]) => [name, others]));
}

function cells(line: string): string[] {
  return line
    .split(/(?<!\\)\|/)
    .slice(1, -1)
    .map((cell) => cell.trim());
}

export interface Step {
  readonly command: string;
  /** What the README says that it prints. */
  readonly shown: string;
}

/** A console block: each line after "$ " is typed, what follows is printed. */
export function steps(block: string): Step[] {
  return block
    .split(/^\$ /m)
    .slice(1)
    .map((part) => {
      const [command = "", ...lines] = part.trimEnd().split("\n");
      return { command, shown: lines.join("\n") };
    });
}

/** A text with what differs from run to run named instead: handles, tokens, times, ports, curl. */
export function normal(text: string): string {
  return text
    .replace(/(?<=__Host-id(?:-anon)?=)[\w-]{112}/g, "<token>")
    .replace(/(?<="handle":")[\w-]{22}/g, "<handle>")
    .replace(/\b1\d{12}\b/g, "<time>")
    .replace(/(?<="userAgent":"curl\/)[\d.]+/g, "<version>")
    .replace(/(?<=(?:localhost|127\.0\.0\.1):)\d+/g, "<port>")
    .trimEnd();
}

/** Matches the normal form of what prints this; "…" stands for anything. */
export function pattern(shown: string): RegExp {
  const parts = normal(shown).split("…");
  return new RegExp(parts.map((part) => part.replace(/[\\^$.*+?()[\]{}|]/g, "\\$&")).join("[^]*"));
}

/** The one command of an example's README, and what it shows. */
export function documented(readme: string): Step {
  const [step] = blocks(readme, "console").flatMap(steps);
  if (step === undefined) throw new Error("The README has no console block.");
  return step;
}
