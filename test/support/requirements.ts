// The rows that docs/security.md must have.

/** Rows that are named by a letter and a number, which stand in the titles of their tests, too. */
export const VULNERABILITIES: readonly string[] = [
  ...range("A", 1, 7),
  ...range("B", 1, 2),
  ...range("B", 4, 10),
  ...range("C", 1, 7),
  ...range("D", 1, 6),
  ...range("E", 1, 3),
  ...range("F", 1, 5),
  ...range("G", 1, 6),
  ...range("H", 1, 3),
  ...range("I", 1, 6),
  ...range("J", 1, 8),
];
export const VECTORS: readonly string[] = [...range("S", 1, 31), ...range("P", 1, 13)];

/** All that is asked of a session library. */
export const ASKED: readonly string[] = [
  ...each("ASVS", "2.3.3 3.3.1 3.3.2 3.3.3 3.3.4 3.3.5 3.4.1 3.4.2 3.5.1 3.5.2 3.5.3 3.5.8"),
  ...each("ASVS", "4.1.3 4.2.5 4.4.2 4.4.3 4.4.4 6.3.5 6.8.4 7.1.1 7.1.2 7.1.3 7.2.1 7.2.2"),
  ...each("ASVS", "7.2.3 7.2.4 7.3.1 7.3.2 7.4.1 7.4.2 7.4.3 7.4.4 7.4.5 7.5.1 7.5.2 7.5.3"),
  ...each("ASVS", "7.6.1 7.6.2 8.2.4 8.3.2 9.1.1 9.1.2 9.1.3 9.2.1 9.2.2 9.2.3 9.2.4 10.4.8"),
  ...each("ASVS", "10.5.5 11.2.2 11.2.4 11.3.4 11.5.1 12.2.1 13.1.3 13.3.4 14.2.1 14.2.2"),
  ...each("ASVS", "14.3.1 14.3.2 14.3.3 15.3.4 15.4.1 15.4.2 15.4.3 16.2.1 16.2.2 16.2.5"),
  ...each("ASVS", "16.3.1 16.3.2 16.3.3 16.4.1 16.5.1 16.5.2 16.5.3"),
  ...each("NIST", "2.1.3 2.2.3 2.3.3 5.2 5.3"),
  ...range("NIST 5.1.1 (", 1, 7).map((id) => `${id})`),
  ..."randomness persistence level remembered logout CSRF TLS"
    .split(" ")
    .map((id) => `NIST 5.1 ${id}`),
  "NIST 5.2 warning",
  "NIST 5.2 federation",
  ...each("CWE", "208 352 384 488 598 613 614 1004 1275 1321", "-"),
  ...each("WSTG-SESS", "02 03 04 05 06 07 08 10 11", "-"),
  ...each("CS", "entropy length content name input logging SameSite expires idle absolute renewal"),
  ...each("CS", "ranges caching repository guessing WebSocket CSRF JWT"),
  "CS used and accepted",
  "CS strict mode",
  "CS domain and path",
  "CS privilege change",
  "CS before and after the login",
  "CS several cookies",
  "CS log vocabulary",
  "CS WebSocket end",
  "CS risk events",
  "CS cookie theft",
  "CS CSRF Fetch Metadata",
  "CS CSRF origin",
  "CS CSRF token",
  "CS CSRF double submit",
  "CS life cycle",
  "RFC 6265bis session identifiers",
  "RFC 6265bis 4.1.1",
  "RFC 6265bis 4.1.1 races",
  "RFC 6265bis 4.2.1",
  "RFC 6265bis 5.5",
  "RFC 6265bis 5.6",
  "RFC 6265bis deletion",
  "Layered cookies prefixes",
  "Layered cookies folding",
  "CHIPS",
  "Clear-Site-Data",
  "Fetch Metadata values",
  "DBSC",
  "`aal1`",
  "`aal2`",
  "`aal3`",
  "`cookie: { embedded: true }`",
];

/** What is not a session library's to do, or not ours: the page says why. */
export const UNTESTED: readonly string[] = [
  ...each("ASVS", "3.4.1 11.3.4 14.3.3"),
  "CS JWT",
  "CS ranges",
  "DBSC",
  "WSTG-SESS-10",
];

export function range(letter: string, from: number, to: number): string[] {
  return Array.from({ length: to - from + 1 }, (_, n) => `${letter}${from + n}`);
}

function each(source: string, ids: string, between = " "): string[] {
  return ids.split(" ").map((id) => source + between + id);
}
