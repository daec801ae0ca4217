import { cookieValues, type CookieTemplate, deletionCookie, serializeCookie } from "../cookie.ts";
import { AmbiguousCredentialsError } from "../errors.ts";
import type { RequestFacts } from "../exchange.ts";
import type { HeaderEditor } from "../headers.ts";
import { appendToken } from "../headers.ts";
import type { Engine } from "./engine.ts";
import { refuse } from "./load.ts";
import type { Kind, OpenedToken } from "./token.ts";

/** How a token travels. */
export interface Carrier {
  /** The header by which responses vary. */
  readonly vary: string;
  /** The token of this kind that the request carries, opened. Null: none that is ours. May throw. */
  find(kind: Kind, door: Door): OpenedToken | null;
  /** Hands a token out, or (null) takes it back. `maxAge` in seconds; absent: until the browser closes. */
  deliver(headers: HeaderEditor, kind: Kind, token: string | null, maxAge?: number): void;
}

/** Is asked before anything that is there is looked at, and throws where the client has to wait. */
export interface Door {
  admit(): void;
}

/** Values of one name that are tried; a browser sends one. */
const MOST_CANDIDATES = 4;

export class CookieCarrier implements Carrier {
  readonly vary = "Cookie";
  readonly #engine: Engine;
  readonly #facts: RequestFacts;
  #cookie: string | null | undefined;

  constructor(engine: Engine, facts: RequestFacts) {
    this.#engine = engine;
    this.#facts = facts;
  }

  find(kind: Kind, door: Door): OpenedToken | null {
    const { name } = this.#engine.cookies[kind];
    this.#cookie ??= this.#facts.cookie;
    const values = cookieValues(this.#cookie, name);
    if (values.length === 0) return null;
    door.admit();
    // Two `__Host-` cookies of one name a browser holds only if one is partitioned, and ours never
    // differ in that alone: somebody between us made one up.
    if (values.length > 1 && name.startsWith("__Host-")) return this.#refuse("duplicate");
    const distinct = values.length === 1 ? values : [...new Set(values)];
    let ours: OpenedToken | null = null;
    for (const value of distinct.slice(0, MOST_CANDIDATES)) {
      const opened = this.#engine.tokens.open(value);
      if (opened?.kind !== kind) continue;
      if (ours !== null) return this.#refuse("duplicate");
      ours = opened;
    }
    return ours ?? this.#refuse("malformed");
  }

  deliver(headers: HeaderEditor, kind: Kind, token: string | null, maxAge?: number): void {
    const template: CookieTemplate = this.#engine.cookies[kind];
    headers.append(
      "Set-Cookie",
      token === null ? deletionCookie(template) : serializeCookie(template, token, maxAge),
    );
  }

  #refuse(reason: "duplicate" | "malformed"): null {
    return refuse(this.#engine, reason, this.#facts.client ?? null);
  }
}

/** The response header in which a client of the bearer transport finds its new token. */
export const TOKEN_HEADER = "Session-Token";

export function bearerCarrier(engine: Engine, facts: RequestFacts): Carrier {
  return {
    vary: "Authorization",
    find(kind, door) {
      const [, token] = /^bearer +([\w-]+) *$/i.exec(facts.authorization ?? "") ?? [];
      if (token === undefined) return null;
      door.admit();
      const { user, anonymous } = engine.cookies;
      if ([user, anonymous].some(({ name }) => cookieValues(facts.cookie, name).length > 0)) {
        throw new AmbiguousCredentialsError(
          "The request carries a session cookie and a bearer token: send one of them.",
        );
      }
      const opened = engine.tokens.open(token);
      if (opened === null) return refuse(engine, "malformed", facts.client ?? null);
      return opened.kind === kind ? opened : null;
    },
    deliver(headers, _kind, newToken) {
      if (newToken === null) return;
      headers.set(TOKEN_HEADER, newToken);
      if (engine.exposeToken) appendToken(headers, "Access-Control-Expose-Headers", TOKEN_HEADER);
    },
  };
}
