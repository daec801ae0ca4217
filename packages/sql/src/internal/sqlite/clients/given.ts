import { ConfigurationError } from "@sojourn/core";

/** How each connector is written, and the members by which its client is known. */
const CONNECTORS = {
  sqlite: { members: ["prepare"], example: 'sqlite(new DatabaseSync("sessions.db"))' },
  libsql: { members: ["execute", "batch"], example: "libsql(createClient({ url }))" },
  d1: { members: ["prepare", "batch"], example: "d1(env.DB)" },
} as const;

export type Connector = keyof typeof CONNECTORS;

/** Throws `ConfigurationError`, with the remedy, where the connector was given something else. */
export function checkGiven(connector: Connector, given: unknown): void {
  const { example } = CONNECTORS[connector];
  const likely = connectorOf(given);
  if (likely === connector) return;
  const write = `Write ${CONNECTORS[likely ?? connector].example}, say.`;
  throw new ConfigurationError(`${connector}() ${whatIsWrong(connector, given, likely)} ${write}`, {
    cause: example,
  });
}
