import type { LayoutOptions } from "@sojourn/redis/layout";

export interface UpstashStoreOptions extends LayoutOptions {
  /**
   * ms that one call may take; default 1,000. Then it rejects with `StoreUnavailableError`. After three
   * such calls in a row the next ones do so at once, but for one a second that tries.
   */
  readonly timeLimit?: number;
  /**
   * `accept`: sessions are read from the nearest replica, which may not know yet that one was revoked.
   * Default: at the primary.
   */
  readonly staleReads?: "accept";
}
