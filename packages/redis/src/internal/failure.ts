import { type SojournError, StoreUnavailableError } from "@sojourn/core";
import { corrupt } from "./replies.ts";

/** The codes of Redis's errors, and what to do about them. */
const REMEDIES: Readonly<Record<string, string>> = {
  ASK: "The slot is on its way to another node. Give the store a Cluster client.",
  BUSY: "A script or function of somebody else's runs for long. See SCRIPT KILL and FUNCTION KILL.",
  CLUSTERDOWN: "The Cluster does not serve all of its slots. See CLUSTER INFO.",
  CROSSSLOT: "The key prefix must not hold a brace.",
  LOADING: "Redis is loading its data, and answers when it has.",
  MASTERDOWN: "The replica has lost its primary. Connect the client to the primary.",
  MISCONF: "Redis cannot save to its disk, and refuses writes. See its log.",
  MOVED: "The slot is on another node. Give the store a Cluster client.",
  NOAUTH: "Give the client a username and a password.",
  NOPERM: "Allow the client's ACL user what the store needs: its README lists it.",
  NOREPLICAS: "Fewer replicas are connected than min-replicas-to-write demands.",
  OOM: "Redis is full (maxmemory) and evicts nothing. Give it more memory.",
  READONLY: "The client is connected to a replica. Connect it to the primary, or through Sentinel.",
  TRYAGAIN: "The slot is on its way to another node.",
  WRONGPASS: "The client's username or password is wrong.",
};

/** Redis 6 hides a code in the message of the script that met it. */
const IN_SCRIPT = /^ERR Error running script .*?[:-] ?-?\b([A-Z]{3,}) /s;
/** And so does Redis 7 with what a script's user may not do. */
const NOT_ALLOWED = /^ERR The user executing the script can't /;
const CODE = /^-?([A-Z]{3,20})(?: |$)/;

/**
 * A fresh error, which holds nothing of the one that a client gave but its code: clients hang the
 * command's arguments on their errors, or quote them.
 */
export function failure(error: unknown, written: boolean): SojournError | Error {
  const code = codeOf(error);
  if (code === "NOSCRIPT") return new Error("NOSCRIPT");
  if (code === "WRONGTYPE") return corrupt();
  if (code !== null) {
    const remedy = REMEDIES[code];
    return new StoreUnavailableError(
      `Redis refused the command: ${code}.${remedy === undefined ? "" : ` ${remedy}`}`,
    );
  }
  const reason = systemCode(error);
  return new StoreUnavailableError(
    `The connection to Redis failed${reason === null ? "" : ` (${reason})`}. ${fate(written)}`,
  );
}

export function fate(written: boolean): string {
  return written ? "Whether the command was run is not known." : "The command was not sent.";
}

/** Whether the server has answered, be it with an error. */
export function isReply(error: unknown): boolean {
  return codeOf(error) !== null;
}

function codeOf(error: unknown): string | null {
  if (!(error instanceof Error)) return null;
  if (NOT_ALLOWED.test(error.message)) return "NOPERM";
  const [, code] = IN_SCRIPT.exec(error.message) ?? CODE.exec(error.message) ?? [];
  return code ?? null;
}

/** Node's own, as ECONNREFUSED. */
function systemCode(error: unknown): string | null {
  const code = (error as { code?: unknown } | null | undefined)?.code;
  return typeof code === "string" && /^E[A-Z0-9_]{2,30}$/.test(code) ? code : null;
}
