/**
 * The clients that `redisStore` takes, by the members it uses of them: ioredis 5 and 6, node-redis 5
 * and 6. Nothing here imports them.
 */
export type RedisClient =
  | IoredisClient
  | NodeRedisClient
  | NodeRedisPool
  | NodeRedisCluster
  | NodeRedisSentinel;

/** `new Redis()` of ioredis, also through Sentinel, and `new Cluster()`. */
export interface IoredisClient {
  readonly isCluster: boolean;
  readonly status: string;
  readonly options: IoredisOptions;
  call(command: string, ...args: string[]): unknown;
  sendCommand(command: object): unknown;
  duplicate(): unknown;
  on(event: "error", listener: (error: Error) => void): unknown;
}

interface IoredisOptions {
  readonly keyPrefix?: string | undefined;
  readonly readOnly?: boolean | undefined;
  readonly role?: string | undefined;
  readonly scaleReads?: unknown;
}

/** `createClient()` of node-redis. */
export interface NodeRedisClient extends NodeRedisShared {
  readonly isReady: boolean;
  readonly options: { readonly readonly?: boolean | undefined };
  sendCommand(args: string[], options?: NodeRedisCommandOptions): Promise<unknown>;
}

/** `createClientPool()` of node-redis. */
export interface NodeRedisPool extends NodeRedisShared {
  readonly totalClients: number;
  sendCommand(args: string[], options?: NodeRedisCommandOptions): Promise<unknown>;
}

/** `createCluster()` of node-redis. */
export interface NodeRedisCluster extends NodeRedisShared {
  readonly masters: readonly object[];
  sendCommand(
    firstKey: string | undefined,
    isReadonly: boolean,
    args: string[],
    options?: NodeRedisCommandOptions,
  ): Promise<unknown>;
}

/** `createSentinel()` of node-redis. */
export interface NodeRedisSentinel extends NodeRedisShared {
  getMasterNode(): unknown;
  sendCommand(
    isReadonly: boolean,
    args: string[],
    options?: NodeRedisCommandOptions,
  ): Promise<unknown>;
}

interface NodeRedisShared {
  readonly isOpen: boolean;
  withTypeMapping(typeMapping: object): unknown;
  on(event: "error", listener: (error: Error) => void): unknown;
}

export interface NodeRedisCommandOptions {
  readonly abortSignal?: Cancellation;
  readonly typeMapping?: object;
  readonly timeout?: number | undefined;
}

/** The part of an `AbortSignal` that node-redis uses. */
export interface Cancellation {
  readonly aborted: boolean;
  addEventListener(type: "abort", listener: () => void): void;
  removeEventListener(type: "abort", listener: () => void): void;
}
