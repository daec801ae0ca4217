import type { SessionRef } from "../store.ts";
import { decodeBase64url, encodeBase64url } from "./base64url.ts";
import { equalBytes, hashSecret, lengthPrefixed, type Keys } from "./keys.ts";

/**
 * The token: 84 bytes, 112 characters of base64url, nothing in the clear but version, kind and time.
 *
 *     0 version | 1 kind | 2 minted at, ms | 8 partition, masked | 20 handle | 36 secret | 68 MAC
 *
 * The secret is what nobody can guess. The MAC makes garbage cost nothing: a made-up cookie never
 * reaches the store, and one application's token is nothing to another. The mask hides the
 * partition, which would tell two sessions of one user from those of two.
 */
const VERSION = 1;
const TIME = 2;
const PARTITION = 8;
const HANDLE = 20;
const SECRET = 36;
const MAC = 68;
const LENGTH = 84;

const TOKEN_CHARACTERS = 112;

/** A user's token is nothing in the anonymous session's cookie, and the other way round. */
export type Kind = "anonymous" | "user";
/** A ticket names a session and opens none: it travels where tokens must not (`ticket.ts`). */
type TokenKind = Kind | "ticket";
const KINDS: readonly TokenKind[] = ["anonymous", "user", "ticket"];

export interface OpenedToken {
  readonly kind: TokenKind;
  readonly ref: SessionRef;
  readonly mintedAt: number;
  /** SHA-256 of the secret, as the store holds it. The secret itself goes no further. */
  readonly hash: string;
}

export interface MintedToken {
  readonly token: string;
  readonly hash: string;
}

export interface Tokens {
  mint(kind: TokenKind, ref: SessionRef, now: number): MintedToken;
  /** Null for anything but a token that a listed secret signed for this namespace: one answer to all. */
  open(token: string): OpenedToken | null;
}

export function createTokens(
  ring: readonly Keys[],
  namespace: string,
  randomBytes: (length: number) => Uint8Array,
): Tokens {
  const purpose = lengthPrefixed("session", namespace);
  const [signing] = ring as [Keys, ...Keys[]];
  // Filled anew for each token: nothing waits while it is in use.
  const message = new Uint8Array(purpose.length + MAC);
  message.set(purpose);

  function tag(keys: Keys, bytes: Uint8Array): Uint8Array {
    message.set(bytes.subarray(0, MAC), purpose.length);
    return keys.mac(message).subarray(0, LENGTH - MAC);
  }

  return {
    mint(kind, ref, now) {
      const bytes = new Uint8Array(LENGTH);
      bytes[0] = VERSION;
      bytes[1] = KINDS.indexOf(kind);
      const view = new DataView(bytes.buffer);
      view.setUint16(TIME, Math.floor(now / 2 ** 32));
      view.setUint32(TIME + 2, now % 2 ** 32);
      bytes.set(decodeBase64url(ref.partition) as Uint8Array, PARTITION);
      bytes.set(decodeHandle(ref.handle), HANDLE);
      const secret = randomBytes(MAC - SECRET);
      bytes.set(secret, SECRET);
      mask(signing, bytes);
      bytes.set(tag(signing, bytes), MAC);
      return { token: encodeBase64url(bytes), hash: hashSecret(secret) };
    },

    open(token) {
      if (token.length !== TOKEN_CHARACTERS) return null;
      const bytes = decodeBase64url(token);
      if (bytes === null || bytes[0] !== VERSION) return null;
      const kind = KINDS[bytes[1] as number];
      if (kind === undefined) return null;
      const given = bytes.subarray(MAC);
      const keys = ring.find((candidate) => equalBytes(tag(candidate, bytes), given));
      if (keys === undefined) return null;
      mask(keys, bytes);
      const view = new DataView(bytes.buffer);
      return {
        kind,
        ref: {
          partition: encodeBase64url(bytes.subarray(PARTITION, HANDLE)),
          handle: encodeBase64url(bytes.subarray(HANDLE, SECRET)),
        },
        mintedAt: view.getUint16(TIME) * 2 ** 32 + view.getUint32(TIME + 2),
        hash: hashSecret(bytes.subarray(SECRET, MAC)),
      };
    },
  };
}

/** Masks and unmasks in place. Handle and secret are random, so that no two tokens share a mask. */
function mask(keys: Keys, bytes: Uint8Array): void {
  const stream = keys.mask(bytes.subarray(HANDLE, MAC));
  for (let i = PARTITION; i < HANDLE; i++) {
    bytes[i] = (bytes[i] as number) ^ (stream[i - PARTITION] as number);
  }
}

/** A handle is 16 bytes in 22 characters; two zero characters make whole groups of it. */
function decodeHandle(handle: string): Uint8Array {
  return (decodeBase64url(`${handle}AA`) as Uint8Array).subarray(0, 16);
}
