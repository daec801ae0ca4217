/**
 * `new Redis({ url, token })` of @upstash/redis, by the members that tell it from other clients. What
 * carries its requests is protected (`client`), so that a type cannot name it.
 */
export interface UpstashClient {
  exec(command: [command: string, ...args: string[]]): Promise<unknown>;
  use(middleware: Middleware): void;
  readonly readYourWritesSyncToken: string | undefined;
}

type Middleware = (request: object, next: (request: object) => Promise<object>) => Promise<object>;
