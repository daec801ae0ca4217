/**
 * The last entries of a comma-separated header, the last one first, at most `limit` of them.
 *
 * Each proxy appends on the right, and a client can write what it likes on the left. So the list
 * is read from the right and no further than asked: a header of any size costs one pass at most.
 *
 * RFC 9110 section 5.6.1.2 would skip empty entries. Here they count: if they were skipped, a proxy
 * that appended nothing would vouch for whatever the client had written before it.
 */
export function lastEntries(
  value: string,
  limit: number,
  commaBefore: (value: string, end: number) => number = plainComma,
): string[] {
  const entries: string[] = [];
  let end = value.length;
  while (entries.length < limit) {
    const comma = commaBefore(value, end);
    entries.push(trim(value, comma + 1, end));
    if (comma === -1) break;
    end = comma;
  }
  return entries;
}

/**
 * The comma before `end` that is not inside a quoted-string (RFC 9110 section 5.6.4).
 *
 * Scanning from the right keeps what our own proxies appended intact, whatever quote a client left
 * open on the left.
 */
export function unquotedComma(value: string, end: number): number {
  let quoted = false;
  for (let index = end - 1; index >= 0; index--) {
    const character = value[index];
    if (character === '"' && !isEscaped(value, index)) quoted = !quoted;
    if (character === "," && !quoted) return index;
  }
  return -1;
}

function plainComma(value: string, end: number): number {
  // lastIndexOf takes a negative position for 0.
  return end === 0 ? -1 : value.lastIndexOf(",", end - 1);
}

// An odd number of backslashes before it: a quoted-pair.
function isEscaped(value: string, index: number): boolean {
  let before = index;
  while (before > 0 && value[before - 1] === "\\") before--;
  return (index - before) % 2 === 1;
}

// Spaces and tabs only (RFC 9110 section 5.6.3); String.trim would take more.
function trim(value: string, start: number, end: number): string {
  while (start < end && isBlank(value[start])) start++;
  while (end > start && isBlank(value[end - 1])) end--;
  return value.slice(start, end);
}

function isBlank(character: string | undefined): boolean {
  return character === " " || character === "\t";
}
