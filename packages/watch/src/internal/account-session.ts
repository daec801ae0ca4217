import type { Freshness, ListedSession, PageOptions, SessionPage, Sessions } from "@sojourn/core";
import { describeDevice } from "../device.ts";

/** What the routes use of a request's session: `c.var.session` of any data will do. */
export interface AccountSession {
  list(options?: PageOptions): Promise<SessionPage>;
  revoke(handle: string): Promise<boolean>;
  revokeOthers(): Promise<number>;
  logout(): Promise<void>;
  requireUser(): Promise<AccountUser>;
  requireFresh(freshness: Freshness): Promise<AccountUser>;
}

export interface AccountUser {
  readonly userId: string;
  readonly handle: string;
}

/** What they use of the sessions. */
export type AccountSessions = Pick<Sessions, "setLabel" | "exportUser" | "eraseUser">;

/** A session in the user's list. Times are ms since the epoch. */
export interface ShownSession {
  readonly handle: string;
  readonly current: boolean;
  readonly label: string | null;
  /** "Firefox on Windows". */
  readonly device: string;
  readonly deviceKind: string;
  /** The address in the form that is kept: "192.0.2.0/24". */
  readonly network: string | null;
  readonly createdAt: number;
  readonly authenticatedAt: number | null;
  readonly lastSeenAt: number | null;
  readonly idleExpiresAt: number;
  readonly expiresAt: number;
  readonly persistent: boolean;
  readonly aal: number;
  /** Who acts as the user in it: the user is to see that somebody does. */
  readonly impersonator: string | null;
}

export function shown(session: ListedSession): ShownSession {
  const { handle, current, label, client, persistent, aal, impersonator } = session;
  const { createdAt, authenticatedAt, lastSeenAt, idleExpiresAt, expiresAt } = session;
  const { name, kind } = describeDevice(client?.userAgent ?? null);
  const device = { device: name, deviceKind: kind, network: client?.address ?? null };
  const times = { createdAt, authenticatedAt, lastSeenAt, idleExpiresAt, expiresAt };
  return { handle, current, label, ...device, ...times, persistent, aal, impersonator };
}
