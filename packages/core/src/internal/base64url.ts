const ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

/** By a character's code; -1: not of the alphabet. */
const VALUES = /* @__PURE__ */ Int8Array.from({ length: 128 }, (_, code) =>
  ALPHABET.indexOf(String.fromCharCode(code)),
);

/** Base64url without padding (RFC 4648 section 5). */
export function encodeBase64url(bytes: Uint8Array): string {
  const codes: number[] = [];
  let bits = 0;
  let held = 0;
  for (const byte of bytes) {
    held = (held << 8) | byte;
    for (bits += 8; bits >= 6; bits -= 6)
      codes.push(ALPHABET.charCodeAt((held >> (bits - 6)) & 63));
    held &= (1 << bits) - 1;
  }
  if (bits > 0) codes.push(ALPHABET.charCodeAt((held << (6 - bits)) & 63));
  // In one piece: a string grown by += keeps all its pieces, some 300 bytes a session in a store.
  return String.fromCharCode(...codes);
}

/**
 * The bytes, or null for anything but whole groups of four characters of the alphabet: one byte
 * string has one text, so that no second spelling of a token exists.
 */
export function decodeBase64url(text: string): Uint8Array | null {
  if (text.length % 4 !== 0) return null;
  const bytes = new Uint8Array((text.length / 4) * 3);
  let at = 0;
  for (let i = 0; i < text.length; i += 4) {
    const group =
      (valueAt(text, i) << 18) |
      (valueAt(text, i + 1) << 12) |
      (valueAt(text, i + 2) << 6) |
      valueAt(text, i + 3);
    // One of the four was -1, and so has set every bit above its own.
    if (group < 0) return null;
    bytes[at++] = group >> 16;
    bytes[at++] = (group >> 8) & 255;
    bytes[at++] = group & 255;
  }
  return bytes;
}

function valueAt(text: string, i: number): number {
  // Past 127 the table gives undefined, which is no value either.
  return VALUES[text.charCodeAt(i)] ?? -1;
}
