import { type Entry, show } from "./entry.ts";

/** What may be wrong with a history. */
export type Rule =
  | "lost update"
  | "unfounded value"
  | "version"
  | "resurrection"
  | "missing"
  | "ended twice"
  | "unfounded session"
  | "outlived"
  | "limit"
  | "overfull"
  | "needless";

export interface Violation {
  readonly rule: Rule;
  /** What happened, and the calls that say so. */
  readonly text: string;
  /** The acknowledged call that a later one belies; null where it is not one call's. */
  readonly lost: Entry | null;
}

export type Report = (
  rule: Rule,
  text: string,
  calls: { readonly lost?: Entry | undefined; readonly by?: Entry },
) => void;

export function createReport(found: Violation[]): Report {
  return (rule, text, { lost, by }) => {
    const calls = [lost, by].filter((call) => call !== undefined);
    const lines = [`${rule}: ${text}`, ...calls.map(show)];
    found.push({ rule, lost: lost ?? null, text: lines.join("\n  ") });
  };
}
