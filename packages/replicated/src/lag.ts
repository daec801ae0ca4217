/** How far a replica is behind the primary, as this process knows it. Counts are since it started. */
export interface ReplicationLag {
  /** As in events: 0 is the store that was configured as primary, 1 the first replica. */
  readonly store: number;
  /** Sessions that wait to be sent. */
  readonly queued: number;
  /** ms since the oldest change that has not been sent, as far as is known; 0: there is none. */
  readonly oldest: number;
  /** Whether it has yet to catch up by the primary's log. */
  readonly behind: boolean;
  /** Failures since the last success. 0: it can be reached, as far as is known. */
  readonly failures: number;
  /** States that were sent. */
  readonly sent: number;
  readonly overflows: number;
  readonly diverged: number;
  readonly conflicts: number;
  readonly refused: number;
}
