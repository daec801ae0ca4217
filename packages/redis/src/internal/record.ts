import type { NewSessionRecord, SessionRecord, SessionRef } from "@sojourn/core";
import { corrupt } from "./replies.ts";

/**
 * How a record lies in Redis: texts, each ended by a line feed. First twelve for the envelope, then a
 * key and its text for every key of the data. Lua takes it apart without parsing anything that the
 * application wrote, and `redis-cli` shows it legibly.
 *
 * A line feed inside a text is escaped. JSON texts have none, so that hardly ever costs anything.
 */
const END = "\n";
const ESCAPE = "\x10";

/** Ends a record. It stands nowhere else, so that a record which was cut off is known, wherever the cut. */
const LAST: string = ESCAPE + END;

/** What the first text of a record says of where its data is. */
const INLINE = "1";
const APART = "2";

/** The first text where data has a field of its own. */
const DATA = "d";

/** How many texts an envelope takes. */
const ENVELOPE = 12;

/**
 * Bytes (before UTF-8, here; it need not be exact) above which data lies in a field of its own: so that what looks through all of
 * a user's sessions (a login at the limit, a list) does not carry all of their data about.
 */
export const MOST_INLINE = 1_024;

/** A record as it is stored: `data` is null where it is part of `value`. */
export interface Packed {
  readonly value: string;
  readonly data: string | null;
}

export function pack(record: NewSessionRecord, version: number = 1): Packed {
  const data = packTexts(Object.entries(record.data).flat());
  const apart = data.length > MOST_INLINE;
  const envelope = packTexts([
    apart ? APART : INLINE,
    String(version),
    String(record.createdAt),
    packTime(record.authenticatedAt),
    packTime(record.lastSeenAt),
    String(record.idleExpiresAt),
    String(record.expiresAt),
    record.policy,
    record.persistent ? "1" : "0",
    packOptional(record.userId),
    packOptional(record.facts),
    record.credential,
  ]);
  return apart
    ? { value: envelope + LAST, data: DATA + END + data + LAST }
    : { value: envelope + data + LAST, data: null };
}

/** Rejects what is no record with `CorruptRecordError`, also one whose data is missing. */
export function unpack(ref: SessionRef, value: unknown, apart: unknown): SessionRecord {
  const texts = unpackTexts(value);
  const [layout, version, createdAt, authenticatedAt, lastSeenAt, idleExpiresAt, expiresAt] = texts;
  const [policy, persistent, userId, facts, credential] = texts.slice(7);
  if (layout !== INLINE && layout !== APART) throw corrupt();
  if (policy === undefined || credential === undefined) throw corrupt();
  return {
    partition: ref.partition,
    handle: ref.handle,
    userId: unpackOptional(userId),
    credential,
    createdAt: unpackNumber(createdAt),
    authenticatedAt: unpackTime(authenticatedAt),
    lastSeenAt: unpackTime(lastSeenAt),
    idleExpiresAt: unpackNumber(idleExpiresAt),
    expiresAt: unpackNumber(expiresAt),
    policy,
    persistent: persistent === "1",
    facts: unpackOptional(facts),
    data: layout === INLINE ? pairs(texts, ENVELOPE) : pairs(dataTexts(apart), 1),
    version: unpackNumber(version),
  };
}

/** The envelope alone, with empty data, wherever the data is. */
export function unpackEnvelope(ref: SessionRef, value: unknown): SessionRecord {
  return { ...unpack(ref, value, DATA + END + LAST), data: {} };
}

/** One text for a thing that may be null. */
export function packOptional(text: string | null): string {
  return text === null ? "" : `=${text}`;
}

export function packTime(time: number | null): string {
  return time === null ? "" : String(time);
}

export function escaped(text: string): string {
  if (!text.includes(END) && !text.includes(ESCAPE)) return text;
  return text.replaceAll(ESCAPE, `${ESCAPE}e`).replaceAll(END, `${ESCAPE}n`);
}

function unescaped(text: string): string {
  return text.replaceAll(`${ESCAPE}n`, END).replaceAll(`${ESCAPE}e`, ESCAPE);
}

function packTexts(texts: readonly string[]): string {
  let packed = "";
  for (const text of texts) packed += escaped(text) + END;
  return packed;
}

function unpackTexts(value: unknown): string[] {
  if (typeof value !== "string" || !value.endsWith(END + LAST)) throw corrupt();
  const body = value.slice(0, -(END + LAST).length);
  const texts = body.split(END);
  return body.includes(ESCAPE) ? texts.map(unescaped) : texts;
}

function dataTexts(apart: unknown): string[] {
  const texts = unpackTexts(apart);
  if (texts[0] !== DATA) throw corrupt();
  return texts;
}

function pairs(texts: readonly string[], from: number): Record<string, string> {
  const data: Record<string, string> = {};
  if ((texts.length - from) % 2 !== 0) throw corrupt();
  for (let i = from; i < texts.length; i += 2) {
    const key = texts[i] as string;
    const value = texts[i + 1] as string;
    // An assignment to "__proto__" would not make a key.
    if (key === "__proto__") Object.defineProperty(data, key, { value, ...PLAIN });
    else data[key] = value;
  }
  return data;
}

const PLAIN = { configurable: true, enumerable: true, writable: true };

function unpackOptional(text: string | undefined): string | null {
  if (text === "") return null;
  if (text?.startsWith("=") !== true) throw corrupt();
  return text.slice(1);
}

function unpackTime(text: string | undefined): number | null {
  return text === "" ? null : unpackNumber(text);
}

function unpackNumber(text: string | undefined): number {
  const number = text === undefined || text === "" ? Number.NaN : Number(text);
  if (!Number.isFinite(number)) throw corrupt();
  return number;
}
