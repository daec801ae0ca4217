import { ConfigurationError } from "@sojourn/core";

const REMEDY =
  'Write mysql2(createPool(url)), with createPool of "mysql2/promise"; ' +
  "of a pool that you have from mysql2 itself, mysql2(pool.promise()).";

/** Throws `ConfigurationError` for what is not a pool that gives promises. */
export function checkPool(pool: unknown): void {
  const { getConnection, execute, of, promise } = (pool ?? {}) as Record<string, unknown>;
  if (typeof promise === "function") {
    throw new ConfigurationError(`mysql2 was given a client that takes callbacks. ${REMEDY}`);
  }
  // A cluster is told by `of`, which picks some of its pools. They may be of replicas, which have not
  // heard of a logout.
  const isPool = typeof getConnection === "function" && typeof execute === "function";
  if (!isPool || typeof of === "function") {
    throw new ConfigurationError(
      `mysql2 takes a pool of one server's connections, not a single connection nor a cluster. ${REMEDY}`,
    );
  }
}
