/**
 * PostgreSQL's default, said aloud for databases that are set otherwise: whoever has waited for a lock
 * must see what its holder did.
 */
export const READ_COMMITTED = "ISOLATION LEVEL READ COMMITTED";

/**
 * To stand in a transaction: the server ends it where a statement takes longer than this many ms, or
 * where as long no statement comes. Else a process that has died without a word, or a network, would
 * keep a user's lock, and so keep that user from logging in, for as long as TCP hopes.
 */
export function bounds(ms: number): string {
  const settings = ["statement_timeout", "idle_in_transaction_session_timeout"];
  return settings.map((setting) => `SET LOCAL ${setting} = ${ms}`).join("; ");
}
