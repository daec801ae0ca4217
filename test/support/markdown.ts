/** The fenced blocks of one language, in order. */
export function blocks(markdown: string, language: string): string[] {
  const fences = markdown.matchAll(/^```(\S*)\n([^]*?)^```$/gm);
  return [...fences].flatMap(([, of, text]) => (of === language && text ? [text] : []));
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

/** A text with what differs from run to run named instead: handles, tokens, times, ports. */
export function normal(text: string): string {
  return text
    .replace(/(?<=__Host-id(?:-anon)?=)[\w-]{112}/g, "<token>")
    .replace(/(?<="handle":")[\w-]{22}/g, "<handle>")
    .replace(/\b1\d{12}\b/g, "<time>")
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
