/**
 * What everybody who serves requests from a SQLite file sets. So an acknowledged write survives the
 * process, and not a power cut: as with the servers here. https://sqlite.org/wal.html
 */
export const PRAGMAS: readonly string[] = [
  "PRAGMA journal_mode = WAL",
  "PRAGMA synchronous = NORMAL",
];
