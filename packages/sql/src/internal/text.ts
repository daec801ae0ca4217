/**
 * Texts as they are stored. U+0000 is what databases refuse, or cut a text off at; so it is escaped, and
 * so is the escape. All else stays legible.
 *
 * An escape is one backslash and one letter: without its backslashes a stored text has as many bytes
 * as the text that it stands for. Statements that measure data count on that.
 */
export function escaped(text: string): string {
  if (!text.includes("\\") && !text.includes("\0")) return text;
  return text.replaceAll("\\", "\\b").replaceAll("\0", "\\0");
}

export function unescaped(text: string): string {
  return text.includes("\\") ? text.replaceAll("\\0", "\0").replaceAll("\\b", "\\") : text;
}

const BOM = "\ufeff";

/** A text that has a column of its own. PGlite takes a U+FEFF at its beginning for a sign of UTF-8. */
export function packText(text: string): string {
  const packed = escaped(text);
  return packed.startsWith(BOM) ? `\\f${packed.slice(1)}` : packed;
}

export function unpackText(packed: string): string {
  return unescaped(packed.startsWith("\\f") ? BOM + packed.slice(2) : packed);
}
