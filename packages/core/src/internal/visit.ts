import type { Client } from "../client.ts";
import { HeadersSentError, type ThrottledError } from "../errors.ts";
import type { RequestFacts } from "../exchange.ts";
import { Session } from "../session.ts";
import { bearerCarrier, type Carrier, CookieCarrier } from "./carrier.ts";
import { unbornAnonymous } from "./create.ts";
import type { Engine } from "./engine.ts";
import { hold, type Live } from "./live.ts";
import { load, noteActivity } from "./load.ts";
import type { Kind } from "./token.ts";

/** What one request has of its sessions. Of most requests nothing is asked, so this is made in no time. */
export class Visit<Data extends object> {
  readonly engine: Engine;
  readonly facts: RequestFacts;
  readonly arrivedAt: number;
  readonly carrier: Carrier;
  /** The session of a kind that the request carries, as far as it was looked up. */
  readonly loading: { [kind in Kind]?: Promise<Live | null> } = {};
  /** How many of these are on their way. */
  looking = 0;
  readonly held: { [kind in Kind]?: Live } = {};
  readonly loggedOut: { [kind in Kind]?: boolean } = {};
  /** Whether the session was asked for. */
  asked = false;
  /** Whether a session was found or made. */
  found = false;
  /** Whether the headers have left. */
  closed = false;
  #faces: Map<Live, Session<Data>> | null = null;
  #creating: Promise<Live> | null = null;
  #throttled: ThrottledError | false | null = null;

  constructor(engine: Engine, facts: RequestFacts) {
    this.engine = engine;
    this.facts = facts;
    this.arrivedAt = engine.clock.now();
    this.carrier = engine.bearer ? bearerCarrier(engine, facts) : new CookieCarrier(engine, facts);
  }

  get client(): Client | null {
    return this.facts.client ?? null;
  }

  ask(): void {
    if (this.closed) {
      throw new HeadersSentError(
        "The session is asked for after the response's headers have left. Read it before you stream.",
      );
    }
    this.asked = true;
  }

  /** The session of this kind that the request carries: looked up at most once. */
  loaded(kind: Kind): Promise<Live | null> {
    return (this.loading[kind] ??= this.#find(kind));
  }

  /** Both that the request carries, for what ends or replaces them. */
  both(): Promise<[user: Live | null, anonymous: Live | null]> {
    this.ask();
    return Promise.all([this.loaded("user"), this.loaded("anonymous")]);
  }

  #find(kind: Kind): Promise<Live | null> {
    const opened = this.carrier.find(kind, this);
    if (opened === null) return NOBODY;
    const { engine, arrivedAt, client, facts } = this;
    this.looking++;
    return load(engine, opened, arrivedAt, client, facts).then(
      (live) => {
        this.looking--;
        return this.#found(live);
      },
      (error: unknown) => {
        this.looking--;
        throw error;
      },
    );
  }

  /** Asked once, whatever the request carries. */
  admit(): void {
    this.#throttled ??= this.engine.throttled(this.client) ?? false;
    if (this.#throttled) throw this.#throttled;
  }

  #found<L extends Live | null>(live: L): L {
    if (live !== null) {
      this.found = true;
      this.held[live.kind] = live;
    }
    return live;
  }

  /** One that was made here is the one that the request carries from now on. */
  keep(live: Live): Live {
    this.loading[live.kind] = Promise.resolve(live);
    return this.#found(live);
  }

  /** The user's session decides; the anonymous one counts only where there is no other. */
  async current(): Promise<Live | null> {
    // What has been loaded may be looked at for as long as the handler runs, streaming included.
    if (this.loading.user === undefined) this.ask();
    const user = alive(await this.loaded("user"));
    // To whom nothing is said of it, a session that waits for its user is none.
    return user?.lock === null ? user : alive(await this.loaded("anonymous"));
  }

  /** The user's session, whether it is locked or not. */
  async user(): Promise<Live | null> {
    this.ask();
    return alive(await this.loaded("user"));
  }

  async active(): Promise<Live | null> {
    const live = await this.current();
    if (live !== null) noteActivity(this.engine, live, this.facts.waitUntil);
    return live;
  }

  /** Whoever asks while one is being made gets the same one. */
  async activeOrNew(): Promise<Live> {
    const live = await this.active();
    if (live !== null) return live;
    this.#creating ??= this.#create().finally(() => (this.#creating = null));
    return this.#creating;
  }

  async #create(): Promise<Live> {
    this.ask();
    const { engine, arrivedAt, client, facts } = this;
    const unborn = unbornAnonymous(engine);
    const { record, minted } = unborn.prepared;
    const born = { ...record, version: 0 };
    const start = { unborn, client, closed: facts.closed };
    return this.keep(await hold(engine, born, minted.hash, arrivedAt, start));
  }

  /** The session as the handler sees it: one and the same for one and the same. */
  face(live: Live): Session<Data> {
    this.#faces ??= new Map();
    let session = this.#faces.get(live);
    if (session === undefined) {
      this.#faces.set(live, (session = new Session<Data>(this.engine, live)));
    }
    return session;
  }
}

/** What most requests carry of a kind. */
const NOBODY: Promise<null> = /* @__PURE__ */ Promise.resolve(null);

export function alive(live: Live | null): Live | null {
  return live === null || live.state === "gone" || live.state === "ended" ? null : live;
}
