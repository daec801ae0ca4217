import type { Connect, Query, ServerConnection } from "../server.ts";

export interface MysqlConnection extends ServerConnection {
  /**
   * Runs statements on one connection, each by itself: between two of them nobody else's turn comes who
   * waits for a connection, too.
   */
  together<T>(run: (query: Query) => Promise<T>): Promise<T>;
}

export type MysqlConnect = (...args: Parameters<Connect>) => MysqlConnection;
