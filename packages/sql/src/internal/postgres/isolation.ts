/**
 * PostgreSQL's default, said aloud for databases that are set otherwise: whoever has waited for a lock
 * must see what its holder did.
 */
export const READ_COMMITTED = "ISOLATION LEVEL READ COMMITTED";
