import {
  type DeleteOutcome,
  type SessionChange,
  type SessionRecord,
  type SessionRef,
  StoreUnavailableError,
  type UpdateOptions,
  type UpdateOutcome,
} from "@sojourn/core";
import type { Row } from "../statement.ts";
import { refusal } from "./change.ts";
import { integer } from "./record.ts";

/** How often what was in a statement's way may be gone when one looks for it. */
const ATTEMPTS = 20;

export type Find = (ref: SessionRef, now: number) => Promise<SessionRecord | null>;

/** Of an update that was made: the version, and whether the credential was what it was to be. */
export interface Made {
  readonly version: unknown;
  readonly renewed: unknown;
}

/**
 * An update in one statement says whether it was made, and not why not. So one looks at what is there;
 * if that would take the change by now, the statement runs again.
 */
export async function settleUpdate(
  find: Find,
  update: () => Promise<Made | undefined>,
  [ref, change, now, options]: readonly [SessionRef, SessionChange, number, UpdateOptions],
): Promise<UpdateOutcome> {
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const made = await update();
    if (made !== undefined) {
      const { version, renewed } = made;
      return { status: "updated", version: integer(version), renewed: Boolean(renewed) };
    }
    const refused = refusal(await find(ref, now), change, options);
    if (refused !== null) return refused;
  }
  throw contended();
}

/** The same for a deletion with `ifVersion`. `versions`: of what is there, a row or none. */
export async function settleDelete(
  remove: () => Promise<boolean>,
  versions: () => Promise<readonly Row[]>,
  ifVersion: number | undefined,
): Promise<DeleteOutcome> {
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    if (await remove()) return "deleted";
    if (ifVersion === undefined) return "gone";
    const [row] = await versions();
    if (row === undefined) return "gone";
    if (integer(row.version) !== ifVersion) return "conflict";
  }
  throw contended();
}

function contended(): StoreUnavailableError {
  return new StoreUnavailableError(
    `The session changed ${ATTEMPTS} times while one operation was trying. Nothing was written.`,
  );
}
