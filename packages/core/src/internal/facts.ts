import type { KeptClient } from "../client.ts";
import type { Aal } from "../events.ts";

/** What the core noted of a login and of its client: the text in a record's `facts`, read. */
export interface Facts {
  readonly aal: Aal;
  /** What the user authenticated with, in the application's words. */
  readonly factors: readonly string[];
  readonly label: string | null;
  /** Who acts as the user. */
  readonly impersonator: string | null;
  /** As last seen. Null: it was not known. */
  readonly client: KeptClient | null;
  /** Keyed hash of the address or network that the session is bound to. */
  readonly bound: string | null;
  /** The name of its entry among the store's references. */
  readonly reference: string | null;
  /** Its user has to authenticate before it can be read again. */
  readonly locked: boolean;
}

/** Of an anonymous session, and of one from before facts were noted: the weakest (ASVS 6.8.4). */
export const NO_FACTS: Facts = {
  aal: 1,
  factors: [],
  label: null,
  impersonator: null,
  client: null,
  bound: null,
  reference: null,
  locked: false,
};

/** As JSON with short names, and without what is as in `NO_FACTS`: every session in a store has one. */
export function encodeFacts(facts: Facts): string {
  const { aal, factors, label, impersonator, client, bound, reference, locked } = facts;
  return JSON.stringify({
    ...(aal !== 1 && { a: aal }),
    ...(factors.length > 0 && { f: factors }),
    ...(label !== null && { l: label }),
    ...(impersonator !== null && { i: impersonator }),
    ...(client !== null && { c: [client.address, client.userAgent] }),
    ...(bound !== null && { b: bound }),
    ...(reference !== null && { r: reference }),
    ...(locked && { k: true }),
  });
}

/** Null where the text says no facts: the record is corrupt. */
export function decodeFacts(text: string | null): Facts | null {
  if (text === null) return NO_FACTS;
  try {
    const facts = JSON.parse(text);
    // Of a number or a list all would be as in `NO_FACTS`, and nothing locked.
    if (typeof facts !== "object" || facts === null || Array.isArray(facts)) return null;
    const { a = 1, f = [], l = null, i = null, c = null, b = null, r = null, k = false } = facts;
    const intact =
      [1, 2, 3].includes(a) &&
      Array.isArray(f) &&
      f.every(isText) &&
      [l, i, b, r].every(isTextOrNull) &&
      (c === null || (Array.isArray(c) && c.length === 2 && c.every(isTextOrNull))) &&
      typeof k === "boolean";
    if (!intact) return null;
    const client = c && { address: c[0], userAgent: c[1] };
    return {
      aal: a,
      factors: f,
      label: l,
      impersonator: i,
      client,
      bound: b,
      reference: r,
      locked: k,
    };
  } catch {
    return null;
  }
}

function isText(value: unknown): value is string {
  return typeof value === "string";
}

function isTextOrNull(value: unknown): boolean {
  return value === null || isText(value);
}
