import { encodeBase64url } from "./base64url.ts";
import { equalBytes, type Keys, lengthPrefixed } from "./keys.ts";

/**
 * Keyed hashes for all that is not a token: CSRF tokens, grants, addresses. The first secret makes
 * them, all are tried. No two purposes and no two lists of parts have one hash.
 */
export interface Seals {
  /** 22 characters of base64url: 128 bits. */
  seal(purpose: string, ...parts: readonly string[]): string;
  /** Whether this is a seal of these parts; takes as long whatever differs. */
  holds(seal: string, purpose: string, ...parts: readonly string[]): boolean;
}

export function createSeals(ring: readonly Keys[], namespace: string): Seals {
  const utf8 = new TextEncoder();

  function sealed(keys: Keys, parts: readonly string[]): string {
    return encodeBase64url(keys.seal(lengthPrefixed(namespace, ...parts)).subarray(0, 16));
  }

  return {
    seal: (...parts) => sealed(ring[0] as Keys, parts),
    holds(seal, ...parts) {
      const given = utf8.encode(seal);
      return ring.some((keys) => equalBytes(utf8.encode(sealed(keys, parts)), given));
    },
  };
}
