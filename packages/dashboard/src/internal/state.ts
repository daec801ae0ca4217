import type { Clock, Sessions } from "@sojourn/core";
import type { Active } from "./active.ts";
import type { Alerts } from "./alerts.ts";
import type { Latency } from "./latency.ts";
import type { Rings } from "./rings.ts";
import type { Telling } from "./telling.ts";

/** What a page is made of. */
export interface State {
  readonly rings: Rings;
  readonly active: Active;
  readonly alerts: Alerts;
  readonly latency: Latency;
  /** Null: this process tells of itself only. */
  readonly telling: Telling | null;
  readonly clock: Clock;
  readonly title: string;
  readonly readOnly: boolean;
  /** When it began to count. */
  readonly since: number;
  /** How many live sessions the store holds; null: it cannot tell. */
  countSessions(): Promise<number | null>;
  sessions(): BoardSessions | null;
}

/** What the page needs of the sessions. Those of any data will do. */
export type BoardSessions = Pick<Sessions, "list" | "revoke" | "revokeAll">;
