import { CrossSiteError } from "../errors.ts";
import type { Exchange, RequestFacts } from "../exchange.ts";
import { appendToken, type HeaderEditor, makePrivate, makeUncacheable } from "../headers.ts";
import type { RequestSession } from "../request-session.ts";
import { commit } from "./commit.ts";
import type { Engine } from "./engine.ts";
import type { Live } from "./live.ts";
import { Visit } from "./visit.ts";
import { Visitor } from "./visitor.ts";

export function createExchange<Data extends object>(
  engine: Engine,
  facts: RequestFacts,
): Exchange<Data> {
  return new RequestExchange<Data>(engine, facts);
}

class RequestExchange<Data extends object> implements Exchange<Data> {
  readonly session: RequestSession<Data>;
  readonly refusal: CrossSiteError | null;
  readonly #visit: Visit<Data>;
  readonly #handshake: boolean;

  constructor(engine: Engine, facts: RequestFacts) {
    this.#visit = new Visit<Data>(engine, facts);
    this.session = new Visitor(this.#visit);
    // Now: Deno lets nobody read the headers of a request that has become a socket.
    this.#handshake = isHandshake(facts);
    this.refusal = refusal(engine, facts, this.#handshake);
  }

  get asked(): boolean {
    return this.#visit.asked || this.refusal !== null;
  }

  finish({ failed = false }: { readonly failed?: boolean } = {}): Promise<void> {
    this.#visit.closed = true;
    return this.asked ? this.#save(failed) : DONE;
  }

  async #save(failed: boolean): Promise<void> {
    const { engine, loading, held } = this.#visit;
    // A handler may have asked without waiting for the answer.
    if (this.#visit.looking > 0) await Promise.allSettled(Object.values(loading));
    const save = !failed || engine.saveOnError;
    try {
      for (const kind of KINDS) {
        const live = held[kind];
        if (live === undefined) continue;
        const renew = live.active && !this.#handshake ? "when-due" : "never";
        await commit(engine, live, { save, renew });
      }
    } finally {
      for (const live of Object.values(held)) if (live.state === "open") live.state = "closed";
    }
  }

  apply(headers: HeaderEditor): void {
    if (!this.asked) return;
    const { engine, facts, carrier, held, loggedOut, found } = this.#visit;
    if (this.refusal !== null) {
      // Whatever an error handler has made of it. W3C Fetch Metadata, section 3: what it depends on.
      for (const name of ["Sec-Fetch-Site", "Origin"]) appendToken(headers, "Vary", name);
      makeUncacheable(headers);
    }
    appendToken(headers, "Vary", carrier.vary);
    if (found) makePrivate(headers);
    // Not where somebody has logged in since: it might clear the new cookie.
    if (loggedOut.user && facts.secure && engine.clearSiteData !== null) {
      headers.append("Clear-Site-Data", engine.clearSiteData);
    }
    for (const kind of KINDS) {
      const live = held[kind];
      const token = live?.token ?? null;
      if (token === null && !loggedOut[kind] && live?.state !== "ended") continue;
      carrier.deliver(headers, kind, token, maxAge(engine, live));
      makeUncacheable(headers);
      if (!facts.secure) engine.warnPlainHttp();
    }
  }
}

const DONE: Promise<void> = /* @__PURE__ */ Promise.resolve();

const KINDS = ["anonymous", "user"] as const;

function maxAge({ clock }: Engine, live: Live | undefined): number | undefined {
  if (!live?.record.persistent) return undefined;
  return Math.max(0, Math.floor((live.record.expiresAt - clock.now()) / 1000));
}

/**
 * Whoever speaks the socket's protocol writes the response, and may know of no cookie: a new secret
 * might never arrive, and until it is known to be lost no request would renew (RFC 6455, RFC 8441).
 */
function isHandshake({ request }: RequestFacts): boolean {
  return request !== undefined && (request.method === "CONNECT" || !!request.header("upgrade"));
}

/** Turned away at the door: no cookie is looked at, and no store is asked. */
function refusal(engine: Engine, facts: RequestFacts, handshake: boolean): CrossSiteError | null {
  const { request } = facts;
  const reason = request === undefined ? null : engine.gate(request, handshake);
  if (reason === null) return null;
  engine.emit({ type: "cross_site_refused", reason, handle: null, userId: null }, facts.client);
  return new CrossSiteError(
    "The request comes from another site. Option csrf names the origins and paths that may.",
  );
}
