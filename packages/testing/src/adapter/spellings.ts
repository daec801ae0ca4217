/**
 * The token's bytes, as docs/architecture.md has them: the secret is 32 of them from 36 on, the MAC
 * the last 16. What is before them (kind, time, masked partition, handle) is no secret.
 */
const SECRET = 36;
const MAC = 68;

/** How the secret and the MAC of a token could stand in a text. */
export function spellings(token: string): string[] {
  const bytes = Uint8Array.from(
    atob(token.replaceAll("-", "+").replaceAll("_", "/")),
    (character) => character.charCodeAt(0),
  );
  return [token, ...[bytes.slice(SECRET, MAC), bytes.slice(MAC)].flatMap(spelled)];
}

function spelled(bytes: Uint8Array): string[] {
  const raw = String.fromCharCode(...bytes);
  const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  // Inside of something longer the bytes may begin anywhere in a group of three: the characters
  // that depend on their neighbours go.
  const base64 = [0, 1, 2].map((shift) =>
    btoa("\0".repeat(shift) + raw)
      .replaceAll("=", "")
      .slice(shift === 0 ? 0 : shift + 1, -1),
  );
  return [
    raw,
    new TextDecoder().decode(bytes),
    hex,
    hex.toUpperCase(),
    ...base64,
    ...base64.map((text) => text.replaceAll("+", "-").replaceAll("/", "_")),
    bytes.join(","),
    encodeURIComponent(btoa(raw)),
  ];
}
