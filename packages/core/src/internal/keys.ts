import { hmac } from "@noble/hashes/hmac.js";
import { sha256 } from "@noble/hashes/sha2.js";
import type { Hash } from "@noble/hashes/utils.js";
import { encodeBase64url } from "./base64url.ts";

const utf8 = /* @__PURE__ */ new TextEncoder();

/** The keys that one listed secret gives: one a purpose, so that no output serves for another. */
export interface Keys {
  readonly mac: Keyed;
  readonly mask: Keyed;
  readonly seal: Keyed;
}

/** HMAC-SHA-256 under a fixed key. */
type Keyed = (message: Uint8Array) => Uint8Array;

export function deriveKeys(secret: string): Keys {
  const root = keyed(utf8.encode(secret));
  return {
    mac: keyed(root(utf8.encode("sojourn/1 token mac"))),
    mask: keyed(root(utf8.encode("sojourn/1 partition mask"))),
    seal: keyed(root(utf8.encode("sojourn/1 seal"))),
  };
}

function keyed(key: Uint8Array): Keyed {
  // The key's two blocks are hashed once.
  return startingFrom(hmac.create(sha256, key));
}

/** Each message is hashed in the same place: nothing in there waits, so no two overlap. */
function startingFrom<H extends Hash<H>>(start: H): (message: Uint8Array) => Uint8Array {
  const state = start.clone();
  return (message) => start._cloneInto(state).update(message).digest();
}

const digest = /* @__PURE__ */ startingFrom(/* @__PURE__ */ sha256.create());

/** What the store holds of a secret: its SHA-256 in base64url, 43 characters. */
export function hashSecret(secret: Uint8Array): string {
  return encodeBase64url(digest(secret));
}

/** Each part preceded by its length in UTF-8, so that no two lists of parts give the same bytes. */
export function lengthPrefixed(...parts: readonly string[]): Uint8Array {
  const encoded = parts.map((part) => utf8.encode(part));
  const bytes = new Uint8Array(encoded.reduce((sum, part) => sum + 4 + part.length, 0));
  const view = new DataView(bytes.buffer);
  let at = 0;
  for (const part of encoded) {
    view.setUint32(at, part.length);
    bytes.set(part, at + 4);
    at += 4 + part.length;
  }
  return bytes;
}

/** Where a user's sessions live: 96 bits of SHA-256 over namespace and user id. */
export function userPartition(namespace: string, userId: string): string {
  return encodeBase64url(digest(lengthPrefixed(namespace, userId)).subarray(0, 12));
}

/** The name under which a power of the store keeps something: never what a stranger wrote. */
export function powerName(...parts: readonly string[]): string {
  return encodeBase64url(digest(lengthPrefixed(...parts)));
}

/** Compares all bytes whatever the first difference: a MAC must not be guessed byte by byte (CWE-208). */
export function equalBytes(a: ArrayLike<number>, b: ArrayLike<number>): boolean {
  if (a.length !== b.length) return false;
  let difference = 0;
  for (let i = 0; i < a.length; i++) difference |= (a[i] as number) ^ (b[i] as number);
  return difference === 0;
}
