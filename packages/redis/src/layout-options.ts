export interface LayoutOptions {
  /** Begins every key; default `sojourn:`. Two applications on one Redis take two. */
  readonly prefix?: string;
  /**
   * Whose time decides: the application's (default), or the Redis server's (`TIME`, inside the
   * scripts). With the server's a read is a script too, and a little dearer.
   */
  readonly clock?: "application" | "server";
  /**
   * ms for which an expired session is kept so that `sweep` finds it. Then an index of deadlines is
   * kept, at one more write a session. Without it, `sweep` finds nothing: what expires goes by itself.
   */
  readonly keepExpired?: number;
}

export interface ReplicableOptions {
  /**
   * Whether the store can be copied, and be a copy: it has the power `replica` then, and keeps a log of
   * what changed and of what was ended, in two keys which every write of a session writes too. Not on a
   * Cluster, where nothing can be written together that lies in several slots, and which has replicas
   * of its own. Default false. Sessions from before are copied once they are written, so begin with
   * none, or wait until they have expired.
   */
  readonly replicable?: boolean;
}
