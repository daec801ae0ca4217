/** A key of `Once` that holds what strangers wrote: hashed, as `StorePowers` asks. */
export async function onceName(...parts: readonly string[]): Promise<string> {
  // JSON writes a lone surrogate out, so that no two lists of parts are one text in UTF-8.
  const text = new TextEncoder().encode(JSON.stringify(parts));
  const hash = new Uint8Array(await crypto.subtle.digest("SHA-256", text));
  const hex = Array.from(hash, (byte) => byte.toString(16).padStart(2, "0")).join("");
  return `sojourn:watch:${hex}`;
}
