/** The power that a case runs against, and what may be done to what is behind it. */
export interface PowerUnderTest<Power> {
  readonly power: Power;
  /**
   * The same power as another process has it: on the same backend, by a connection of its own. Without
   * it the cases see one process only, which is all there is to a store in memory.
   */
  readonly peer?: Power;
  /** Called when the case is over. */
  close?(): Promise<void>;
  /** Makes the backend unreachable. Without it the case that needs it is skipped, as with the next two. */
  disconnect?(): Promise<void>;
  /** Makes the backend take calls and never answer. */
  stall?(): Promise<void>;
  /** Cuts all connections. The next ones may be made at once. */
  interrupt?(): Promise<void>;
}

/**
 * Called once a case, or more often by cases that need several stores with nothing in common. They may
 * share a server, and find it as an earlier run left it.
 */
export type PowerFactory<Power> = () => Promise<PowerUnderTest<Power>>;

export interface PowerTestOptions {
  /** What is drawn at random follows from it. Default 1. */
  readonly seed?: number;
  /** ms that a message, or what else comes by itself, may take. Default 5,000. */
  readonly patience?: number;
}

export interface PowerCaseContext<Power> extends Required<PowerTestOptions> {
  readonly power: Power;
  readonly peer: Power;
  readonly under: PowerUnderTest<Power>;
  /** Another one, with nothing of the first in it. It is closed when the case is over. */
  another(): Promise<Power>;
}

/** One thing that must be true of every store that has the power. */
export interface PowerCase<Power> {
  readonly title: string;
  /** What the factory must offer, or the case cannot be run. */
  readonly needs?: "disconnect" | "stall" | "interrupt";
  /** Rejects where the contract is broken. */
  run(context: PowerCaseContext<Power>): Promise<void>;
}
