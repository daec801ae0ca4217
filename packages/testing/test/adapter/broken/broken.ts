import { membersOf } from "./members.ts";
import type {
  Exchange,
  RequestFacts,
  RequestSession,
  Session,
  Sessions,
  SessionsOptions,
  Store,
} from "@sojourn/core";
import type { Defect, StoryData } from "@sojourn/testing/suites";

/** An implementation with one thing wrong. */
export interface BrokenSessions {
  readonly defect: string;
  /** The invariants whose stories must notice. */
  readonly violates: readonly number[];
  /** Made anew for each story: a defect may remember things. */
  readonly make: () => Defect;
}

export function brokenStore(change: (store: Store) => Partial<Store>): Defect {
  return { store: (store) => ({ ...store, ...change(store) }) };
}

export function brokenOptions(
  change: (options: SessionsOptions<StoryData>) => Partial<SessionsOptions<StoryData>>,
): Defect {
  return { options: (options) => ({ ...options, ...change(options) }) };
}

/** What a broken exchange is made from. */
export interface Making {
  readonly facts: RequestFacts;
  readonly sessions: Sessions<StoryData>;
  /** As the sessions know it. */
  readonly store: Store;
  readonly options: SessionsOptions<StoryData>;
}

export function brokenExchange(
  change: (exchange: Exchange<StoryData>, making: Making) => Partial<Exchange<StoryData>>,
): Defect {
  return {
    sessions: (sessions, { store, options }) => ({
      ...sessions,
      begin(facts) {
        const exchange = sessions.begin(facts);
        return { ...membersOf(exchange), ...change(exchange, { facts, sessions, store, options }) };
      },
    }),
  };
}

/** What a handler is given, with some of it replaced. */
export function brokenRequest(
  change: (
    session: RequestSession<StoryData>,
    making: Making & { readonly exchange: Exchange<StoryData> },
  ) => Partial<RequestSession<StoryData>>,
): Defect {
  return brokenExchange((exchange, making) => ({
    session: {
      ...membersOf(exchange.session),
      ...change(exchange.session, { ...making, exchange }),
    },
  }));
}

/** Requests come with another Cookie header than was sent. */
export function brokenCookie(change: (cookie: string) => string): Defect {
  return {
    sessions: (sessions) => ({
      ...sessions,
      begin: (facts) => sessions.begin({ ...facts, cookie: change(facts.cookie ?? "") }),
    }),
  };
}

/** Every session that a handler gets, with some of it replaced. */
export function brokenSession(
  change: (session: Session<StoryData>) => Partial<Record<keyof Session<StoryData>, unknown>>,
): Defect {
  return brokenRequest((request) => {
    const altered = <S extends Session<StoryData> | null>(session: S): S =>
      session && masked(session, change(session));
    return {
      get: async () => altered(await request.get()),
      peek: async () => altered(await request.peek()),
      getOrCreate: async () => altered(await request.getOrCreate()),
      requireUser: async (options) => altered(await request.requireUser(options)),
      login: async (userId, options) => altered(await request.login(userId, options)),
    };
  });
}

function masked<S extends Session<StoryData>>(session: S, mask: object): S {
  return new Proxy(session, {
    get(target, key) {
      if (Object.hasOwn(mask, key)) return Reflect.get(mask, key);
      const value: unknown = Reflect.get(target, key, target);
      return typeof value === "function" ? value.bind(target) : value;
    },
  });
}

/** The values that a Cookie header holds under our names, user's first. */
export function ourValues(cookie: string | null | undefined): {
  user?: string;
  anonymous?: string;
} {
  const values = Object.fromEntries(
    (cookie ?? "")
      .split("; ")
      .map((pair) => [pair.split("=", 1)[0], pair.slice(pair.indexOf("=") + 1)]),
  );
  return { user: values["__Host-id"], anonymous: values["__Host-id-anon"] };
}

/** The cookies that an exchange owes by now. */
export function owed(exchange: Exchange<StoryData>): Record<string, string> {
  const headers = new Headers();
  exchange.apply(headers);
  return Object.fromEntries(
    headers.getSetCookie().map((header) => {
      const [name = "", value = ""] = (header.split(";", 1)[0] as string).split("=");
      return [name, value];
    }),
  );
}
