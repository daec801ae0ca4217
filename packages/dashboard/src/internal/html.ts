/** HTML that is safe to send: only `html` makes it. */
export class Markup {
  readonly #text: string;

  constructor(text: string) {
    this.#text = text;
  }

  toString(): string {
    return this.#text;
  }
}

/** What a template may hold. Texts are escaped; null and false are nothing. */
export type Piece = string | number | Markup | readonly Piece[] | null | false;

const ESCAPES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

/** A template whose texts are escaped, for elements and for attributes in quotes (CWE-79). */
export function html(parts: TemplateStringsArray, ...pieces: readonly Piece[]): Markup {
  let text = parts[0] ?? "";
  pieces.forEach((piece, i) => {
    text += rendered(piece) + parts[i + 1];
  });
  return new Markup(text);
}

function rendered(piece: Piece): string {
  if (piece === null || piece === false) return "";
  if (piece instanceof Markup) return piece.toString();
  if (typeof piece === "object") return piece.map(rendered).join("");
  return String(piece).replace(/[&<>"']/g, (character) => ESCAPES[character] as string);
}
