import { ConfigurationError } from "@sojourn/core";

/** How each connector is written. */
const EXAMPLES = {
  sqlite: 'sqlite(new DatabaseSync("sessions.db"))',
  libsql: "libsql(createClient({ url }))",
  d1: "d1(env.DB)",
};

export type Connector = keyof typeof EXAMPLES;

/** Throws `ConfigurationError`, with the remedy, where the connector was given something else. */
export function checkGiven(connector: Connector, given: unknown): void {
  const takes = connectorOf(given);
  if (takes === connector) return;
  throw new ConfigurationError(
    takes === null
      ? `${connector}() was given ${nameOf(given)}. Write ${EXAMPLES[connector]}, say.`
      : `${connector}() was given a client for ${takes}(). Write ${EXAMPLES[takes]}, say.`,
  );
}

/** The connector for this client, by its members. */
function connectorOf(given: unknown): Connector | null {
  const batches = has(given, "batch");
  if (has(given, "prepare")) return batches ? "d1" : "sqlite";
  return batches && has(given, "execute") ? "libsql" : null;
}

function nameOf(given: unknown): string {
  if (given === undefined || given === null) return "nothing";
  if (typeof given === "string" || given instanceof URL)
    return "a path, and it takes an open client";
  if (has(given, "then")) return "a promise, and it takes what comes of it: await it first";
  if (has(given, "query")) return "a client of another database";
  return "something that is no client of this database";
}

function has(given: unknown, member: string): boolean {
  return typeof (given as Record<string, unknown> | null | undefined)?.[member] === "function";
}
