import { InvalidDataError, NAME_BYTES } from "@sojourn/core";
import { checkRejects } from "../store/assert.ts";
import { newPartition } from "../store/records.ts";

/** A name that no earlier run can have used. */
export function newName(label = ""): string {
  return `${label} ${newPartition()}`;
}

/**
 * Names that something between a caller and a disk might take for one another, or for something else.
 * No two are one.
 */
export const NAMES: readonly string[] = [
  "",
  " ",
  "name",
  "Name",
  "NAME",
  "name ",
  " name",
  "name\u0000",
  "name\n",
  "\u0000",
  "__proto__",
  "constructor",
  "toString",
  "0",
  "00",
  "-0",
  "a:b",
  "a}{b",
  "{a}b",
  "{a}c",
  "{}",
  "*",
  "na*",
  "nam?",
  "[n]ame",
  "%",
  "_",
  "n_me",
  "\\",
  "\\n",
  "'; drop table sessions; --",
  '"',
  "\u00e9",
  "e\u0301",
  "e",
  "\u00df",
  "ss",
  "\u0131",
  "i",
  "\ufeff",
  "\ufffd",
  "\uffff",
  "\u{1f9e6}",
  "x".repeat(NAME_BYTES),
  "x".repeat(NAME_BYTES - 1),
  "\u{1f9e6}".repeat(NAME_BYTES / 4),
  "\u20ac".repeat(85),
];

const REFUSED = {
  "too long a name": "x".repeat(NAME_BYTES + 1),
  "a name too long in bytes": "\u20ac".repeat(86),
  "a name with half a character": "a\ud800",
};

/** Each call that takes a name must refuse these. */
export async function checkNamesRefused(
  calls: Readonly<Record<string, (name: string) => Promise<unknown>>>,
): Promise<void> {
  for (const [what, name] of Object.entries(REFUSED)) {
    for (const [operation, call] of Object.entries(calls)) {
      await checkRejects(() => call(name), InvalidDataError, `${operation} with ${what}`);
    }
  }
}
