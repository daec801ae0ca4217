import { ConfigurationError, type TimeoutOptions } from "@sojourn/core";
import { randomBytes } from "node:crypto";

export interface Environment {
  readonly host: string;
  readonly port: number;
  readonly secret: string;
  /** Nobody has set a secret: this one ends with the process, and so do all sessions. */
  readonly madeSecret: boolean;
  readonly timeouts: TimeoutOptions;
}

/** What the environment says; an empty variable says nothing. */
export function environment(env: NodeJS.ProcessEnv = process.env): Environment {
  const { HOST, PORT, SESSION_SECRET, SESSION_IDLE, SESSION_ABSOLUTE, SESSION_RENEWAL } = env;
  return {
    host: HOST || "127.0.0.1",
    port: portOf(PORT || "3000"),
    secret: SESSION_SECRET || randomBytes(32).toString("base64"),
    madeSecret: !SESSION_SECRET,
    timeouts: {
      ...(SESSION_IDLE && { idle: durationOf(SESSION_IDLE) }),
      ...(SESSION_ABSOLUTE && { absolute: durationOf(SESSION_ABSOLUTE) }),
      ...(SESSION_RENEWAL && { renewal: durationOf(SESSION_RENEWAL) }),
    },
  };
}

function portOf(text: string): number {
  const port = Number(text);
  if (/^\d{1,5}$/.test(text) && port < 65_536) return port;
  throw new ConfigurationError(`PORT is "${text}". Write a number from 0 to 65535.`);
}

/** "30m" as it is; digits alone are milliseconds. Whether it can be a timeout, the core says. */
function durationOf(text: string): number | string {
  return /^\d+$/.test(text) ? Number(text) : text;
}
