import { type Node, parseNode } from "./node.ts";

/** One element of a Forwarded header: what one proxy saw. `null`: it does not say. */
export interface Element {
  readonly node: Node;
  readonly proto: string | null;
  readonly host: string | null;
}

// RFC 7239 section 4: token "=" ( token / quoted-string ), pairs separated by ";", pairs may be
// missing. Blanks after the ";" are not in the grammar, but common.
const TOKEN = "[!#$%&'*+.^_`|~0-9A-Za-z-]+";
const PAIR = `(?:(${TOKEN})=(?:(${TOKEN})|"((?:[^"\\\\]|\\\\.)*)"))?(?:;[ \\t]*|$)`;
// Four parameters with a host name in two of them stay well below.
const LONGEST = 1024;

// Empty strings are no scheme and no host: nothing in an element that cannot be read is believed.
const GARBAGE: Element = { node: { kind: "garbage" }, proto: "", host: "" };

export function parseElement(text: string): Element {
  if (text === "" || text.length > LONGEST) return GARBAGE;
  const parameters = new Map<string, string>();
  const pair = new RegExp(PAIR, "y");
  while (pair.lastIndex < text.length) {
    const match = pair.exec(text);
    if (match === null) return GARBAGE;
    const [, name, token, quoted] = match;
    if (name === undefined) continue;
    // Names are case-insensitive and occur once (RFC 7239 section 4): of two, which to believe?
    if (parameters.has(name.toLowerCase())) return GARBAGE;
    parameters.set(name.toLowerCase(), token ?? unescape(quoted ?? ""));
  }
  const named = parameters.get("for");
  return {
    node: named === undefined ? { kind: "hidden" } : parseNode(named, { bareIpv6: false }),
    proto: parameters.get("proto") ?? null,
    host: parameters.get("host") ?? null,
  };
}

function unescape(quoted: string): string {
  return quoted.replace(/\\(.)/g, "$1");
}
