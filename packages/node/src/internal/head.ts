import { type HeaderEditor, SojournError } from "@sojourn/core";
import type { OutgoingHttpHeaders, ServerResponse } from "node:http";

export type HeadArguments = [statusCode: number, message?: string | Headers, headers?: Headers];

/** As an object, as a flat list of names and values, or as a list of pairs. */
type Headers =
  | OutgoingHttpHeaders
  | readonly (readonly [string, string | string[]])[]
  | readonly string[];

/** The headers of a response that have not left. */
export function headersOf(res: ServerResponse): HeaderEditor {
  return {
    get(name) {
      const value = res.getHeader(name);
      return value === undefined ? null : [value].flat().join(", ");
    },
    set: (name, value) => void res.setHeader(name, value),
    append: (name, value) => void res.appendHeader(name, value),
  };
}

/** Does what `writeHead` does with its arguments, but leaves the response open for more headers. */
export function mergeHead(res: ServerResponse, args: HeadArguments): void {
  const [statusCode, message, headers] = args;
  if (typeof message === "string") res.statusMessage = message;
  res.statusCode = statusCode;
  const given = headers ?? (typeof message === "string" ? {} : (message ?? {}));
  if (!Array.isArray(given)) {
    for (const [name, value] of Object.entries(given)) res.setHeader(name, value as string);
    return;
  }
  // A list may name a header several times: together they replace what was set before.
  const pairs = pairsOf(given);
  for (const [name] of pairs) res.removeHeader(name);
  for (const [name, value] of pairs) res.appendHeader(name, value);
}

function pairsOf(list: readonly unknown[]): [name: string, value: string][] {
  if (Array.isArray(list[0])) return list as [string, string][];
  const flat = list as string[];
  return flat.flatMap((name, at) => (at % 2 === 0 ? [[name, flat[at + 1] as string]] : []));
}

// Headers that describe one answer (RFC 9110 section 8), say where it leads, or let a cache keep it.
// The rest (CORS, security, cookies, ids) is for any answer: a script of another origin, for one, is
// to be able to read the error.
const OF_THE_ANSWER =
  /cache-control$|^(content-(disposition|encoding|language|length|location|range|type)|accept-ranges|etag|expires|last-modified|location|refresh|surrogate-control|trailer|transfer-encoding)$/;

/** The headers that go when another answer takes a response's place. */
export function discarded(names: readonly string[]): string[] {
  return names.filter((name) => OF_THE_ANSWER.test(name));
}

/** Makes room for an error's answer, with its status unless the answer has another. */
export function discardHead(res: ServerResponse, error: unknown): void {
  for (const name of discarded(res.getHeaderNames())) res.removeHeader(name);
  res.statusCode = statusOf(error);
  if (hasMessage(res)) res.statusMessage = "";
}

export function statusOf(error: unknown): number {
  return error instanceof SojournError ? error.status : 500;
}

/** Whether somebody chose a status message. HTTP/2 has none, and warns whoever as much as looks. */
export function hasMessage(res: ServerResponse): boolean {
  return Object.hasOwn(res, "statusMessage");
}
