import { ConfigurationError, type TimeoutOptions } from "@sojourn/core";
import { fileURLToPath } from "node:url";

export interface Environment {
  readonly host: string;
  readonly port: number;
  /** Where sessions are kept; `:memory:` ends with the process. */
  readonly file: string;
  /** Where they are kept instead, so that several servers have them in common; null: in the file. */
  readonly redisUrl: string | null;
  /** Null: nobody has set one. */
  readonly secret: string | null;
  readonly timeouts: TimeoutOptions;
}

/** Git does not see this folder. */
const FILE = fileURLToPath(new URL(".sessions/sessions.db", import.meta.url));

/** What the environment says; an empty variable says nothing. */
export function environment(env: NodeJS.ProcessEnv = process.env): Environment {
  const { HOST, PORT, REDIS_URL, SESSION_FILE, SESSION_SECRET } = env;
  const { SESSION_IDLE, SESSION_ABSOLUTE, SESSION_RENEWAL } = env;
  return {
    host: HOST || "127.0.0.1",
    port: portOf(PORT || "3000"),
    file: SESSION_FILE || FILE,
    redisUrl: REDIS_URL ? redisUrlOf(REDIS_URL) : null,
    secret: SESSION_SECRET || null,
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

function redisUrlOf(text: string): string {
  if (/^rediss?:\/\//.test(text) && URL.canParse(text)) return text;
  throw new ConfigurationError("REDIS_URL is no address. Write one like redis://127.0.0.1:6379.");
}

/** "30m" as it is; digits alone are milliseconds. Whether it can be a timeout, the core says. */
function durationOf(text: string): number | string {
  return /^\d+$/.test(text) ? Number(text) : text;
}
