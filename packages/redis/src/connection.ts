/** What a command gives, as RESP2 has it. Texts, never buffers. */
export type RedisReply = string | number | null | readonly RedisReply[];

/** All that the store needs of a client: one command, one reply. */
export interface RedisConnection {
  /**
   * Sends one command to the server that holds `key`. An error of the server's rejects with an `Error`
   * whose message begins with the code (`NOSCRIPT ...`); anything else that fails rejects too.
   */
  send(key: string, command: readonly string[]): Promise<RedisReply>;
}
