import type { Client } from "../client.ts";
import { type Freshness, ReauthenticationRequiredError, UnauthenticatedError } from "../errors.ts";
import type {
  LockedSession,
  LoginOptions,
  PageOptions,
  RequestSession,
  SessionPage,
} from "../request-session.ts";
import type { Session, UserSession } from "../session.ts";
import { credentialChanged } from "./credential-change.ts";
import { list } from "./list.ts";
import type { Live } from "./live.ts";
import { lockedSession } from "./locked.ts";
import { inputOf, login } from "./login.ts";
import { revoke, revokeAll } from "./revoke.ts";
import { destroy, rotate } from "./update.ts";
import { alive, type Visit } from "./visit.ts";

/** What a handler is given. A class: of some twenty functions for each request, few are called. */
export class Visitor<Data extends object> implements RequestSession<Data> {
  readonly arrivedAt: number;
  readonly #visit: Visit<Data>;

  constructor(visit: Visit<Data>) {
    this.arrivedAt = visit.arrivedAt;
    this.#visit = visit;
  }

  get client(): Client {
    return this.#visit.client ?? { address: null, userAgent: null };
  }

  async get(): Promise<Session<Data> | null> {
    const live = await this.#visit.active();
    return live === null ? null : this.#visit.face(live);
  }

  async peek(): Promise<Session<Data> | null> {
    const live = await this.#visit.current();
    return live === null ? null : this.#visit.face(live);
  }

  async getOrCreate(): Promise<Session<Data>> {
    return this.#visit.face(await this.#visit.activeOrNew());
  }

  async requireUser({ redirectTo }: { redirectTo?: string } = {}): Promise<UserSession<Data>> {
    const live = await this.#visit.active();
    if (live?.kind !== "user") {
      const lock = alive(this.#visit.held.user ?? null)?.lock;
      throw lock ? new ReauthenticationRequiredError(lock) : new UnauthenticatedError(redirectTo);
    }
    return this.#userFace(live);
  }

  async update<T>(
    fn: (data: Data) => T | Promise<T>,
    options?: { readonly retryFor?: number },
  ): Promise<T> {
    return (await this.getOrCreate()).update(fn, options);
  }

  async login(userId: string, options: LoginOptions<Data> = {}): Promise<UserSession<Data>> {
    const visit = this.#visit;
    const { engine, arrivedAt, client, facts } = visit;
    const [previous, anonymous] = await visit.both();
    const input = inputOf(userId, options, {
      previous: alive(previous),
      anonymous: alive(anonymous),
      arrivedAt,
      client,
      closed: facts.closed,
    });
    const live = await login(engine, input);
    visit.loggedOut.user = false;
    return this.#userFace(visit.keep(live));
  }

  async logout(): Promise<void> {
    const visit = this.#visit;
    const lives = await visit.both();
    await Promise.all(lives.map((live) => alive(live) && destroy(visit.engine, live as Live)));
    visit.loggedOut.user = visit.loggedOut.anonymous = true;
  }

  async revokeOthers(): Promise<number> {
    const { engine, client, held } = this.#visit;
    this.#visit.ask();
    const { userId, handle } = await this.requireUser();
    const count = await revokeAll(engine, userId, { except: handle }, client);
    await rotate(engine, held.user as Live);
    return count;
  }

  async onCredentialChange(userId: string): Promise<number> {
    const { engine, client } = this.#visit;
    const live = await this.#visit.user();
    const own = live?.record.userId === userId ? live : null;
    return credentialChanged(engine, userId, own, client);
  }

  async requireFresh(freshness: Freshness): Promise<UserSession<Data>> {
    const user = await this.requireUser();
    user.requireFresh(freshness);
    return user;
  }

  async locked(): Promise<LockedSession<Data> | null> {
    const { engine, facts } = this.#visit;
    const live = await this.#visit.user();
    return lockedSession(engine, live, (opened) => this.#userFace(opened), facts.waitUntil);
  }

  async list(options?: PageOptions): Promise<SessionPage> {
    const { userId, handle } = await this.requireUser();
    return list(this.#visit.engine, userId, { ...options, current: handle });
  }

  async revoke(handle: string): Promise<boolean> {
    const { userId } = await this.requireUser();
    return revoke(this.#visit.engine, userId, handle, this.#visit.client);
  }

  #userFace(live: Live): UserSession<Data> {
    return this.#visit.face(live) as UserSession<Data>;
  }
}
