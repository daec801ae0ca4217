/** One part of the bench: `npm run bench -- <name>`. */
export interface Part {
  readonly name: string;
  /** Half a sentence for the list of parts. */
  readonly about: string;
  /** Resolves to what it found, as Markdown below a heading of the second level. */
  run(options: PartOptions): Promise<string | Findings>;
}

export interface Findings {
  readonly text: string;
  /** SVGs by the names that the text shows them by: `plots/<name>.svg`. */
  readonly plots: Readonly<Record<string, string>>;
}

interface PartOptions {
  /** Small numbers: shows that everything runs and answers rightly, and measures nothing. */
  readonly quick: boolean;
}
