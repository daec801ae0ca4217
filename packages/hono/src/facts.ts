import type { Client, RequestFacts, RequestLine } from "@sojourn/core";
import { type Client as Described, clientOf, isLocalhost, type Trust } from "@sojourn/net";
import type { Context } from "hono";

/** What the core is told of a request, found out when it asks: of most requests it asks little. */
export class Facts implements RequestFacts, RequestLine {
  readonly closed: () => AbortSignal;
  readonly #context: Context;
  readonly #request: Request;
  readonly #peer: string | null;
  readonly #trust: Trust;
  #described: Described | undefined;
  #client: Client | undefined;

  /** `peer` cannot wait: of a connection that has closed nothing tells. */
  constructor(c: Context, peer: string | null, trust: Trust, closed: () => AbortSignal) {
    this.closed = closed;
    this.#context = c;
    this.#request = c.req.raw;
    this.#peer = peer;
    this.#trust = trust;
  }

  /**
   * Not a function that the constructor assigns: V8 puts what is written `this.name = () => ...` where
   * old objects live, and there it keeps all of the request that it refers to for much longer.
   */
  get waitUntil(): (promise: Promise<unknown>) => void {
    return (promise) => executionCtxOf(this.#context)?.waitUntil(promise);
  }

  get cookie(): string | null {
    return this.header("Cookie");
  }

  get authorization(): string | null {
    return this.header("Authorization");
  }

  get secure(): boolean {
    const { secure, host } = this.#describe();
    return secure || isLocalhost(host ?? new URL(this.#request.url).host);
  }

  get client(): Client {
    return (this.#client ??= this.#identify());
  }

  get request(): RequestLine {
    return this;
  }

  get method(): string {
    return this.#request.method;
  }

  /** As it came: `c.req.path` is decoded, and whatever the option `getPath` makes of it. */
  get path(): string {
    const [, path = "/"] = /^[^:]+:\/\/[^/?#]*([^?#]*)/.exec(this.#request.url) ?? [];
    return path || "/";
  }

  ownOrigin(): string {
    return this.#describe().origin() ?? new URL(this.#request.url).origin;
  }

  header(name: string): string | null {
    return this.#request.headers.get(name);
  }

  #describe(): Described {
    return (this.#described ??= clientOf(
      {
        remoteAddress: this.#peer,
        encrypted: this.#request.url.startsWith("https:"),
        header: (name) => this.header(name),
      },
      this.#trust,
    ));
  }

  #identify(): Client {
    const described = this.#describe();
    return {
      address: described.address,
      userAgent: this.header("User-Agent"),
      network: (ipv4, ipv6) => described.network(ipv4, ipv6),
    };
  }
}

function executionCtxOf(c: Context): Context["executionCtx"] | undefined {
  try {
    return c.executionCtx;
  } catch {
    // Where the platform has none, Hono's getter throws, which takes longer than all the rest here.
    return undefined;
  }
}
