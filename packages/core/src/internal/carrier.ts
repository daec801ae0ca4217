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
  /**
   * The token of this kind that the request carries, opened. Null: none that is ours. `admit` is called
   * before anything that is there is looked at, and may throw.
   */
  find(kind: Kind, admit: () => void): OpenedToken | null;
  /** Hands a token out, or (null) takes it back. `maxAge` in seconds; absent: until the browser closes. */
  deliver(headers: HeaderEditor, kind: Kind, token: string | null, maxAge?: number): void;
}

/** Values of one name that are tried; a browser sends one. */
const MOST_CANDIDATES = 4;

export function cookieCarrier(engine: Engine, facts: RequestFacts): Carrier {
  let cookie: string | null | undefined;
  return {
    vary: "Cookie",
    find(kind, admit) {
      const { name } = engine.cookies[kind];
      cookie ??= facts.cookie;
      const values = cookieValues(cookie, name).filter((value) => value !== "");
      const [value] = values;
      if (value === undefined) return null;
      admit();
      // Two `__Host-` cookies of one name a browser holds only if one is partitioned, and ours never
      // differ in that alone: somebody between us made one up.
      if (values.length > 1 && name.startsWith("__Host-"))
        return refuse(engine, "duplicate", facts.client ?? null);
      const distinct = [...new Set(values)].slice(0, MOST_CANDIDATES);
      const ours = distinct
        .map((each) => engine.tokens.open(each))
        .filter((each) => each?.kind === kind);
      if (ours.length > 1) return refuse(engine, "duplicate", facts.client ?? null);
      return ours[0] ?? refuse(engine, "malformed", facts.client ?? null);
    },
    deliver(headers, kind, token, maxAge) {
      const template: CookieTemplate = engine.cookies[kind];
      headers.append(
        "Set-Cookie",
        token === null ? deletionCookie(template) : serializeCookie(template, token, maxAge),
      );
    },
  };
}

/** The response header in which a client of the bearer transport finds its new token. */
export const TOKEN_HEADER = "Session-Token";

export function bearerCarrier(engine: Engine, facts: RequestFacts): Carrier {
  return {
    vary: "Authorization",
    find(kind, admit) {
      const [, token] = /^bearer +([\w-]+) *$/i.exec(facts.authorization ?? "") ?? [];
      if (token === undefined) return null;
      admit();
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
