import type { RequestFacts, Sessions } from "@sojourn/core";
import type { Defect, StoryData } from "@sojourn/testing/suites";
import { membersOf } from "./members.ts";
import { type BrokenSessions, brokenExchange, brokenOptions, brokenSession } from "./broken.ts";

/** The adapter tells something else of a request. */
function brokenFacts(change: (facts: RequestFacts) => Partial<RequestFacts>): Defect {
  return {
    sessions: (sessions: Sessions<StoryData>) => ({
      ...sessions,
      begin: (facts) => sessions.begin({ ...facts, ...change(facts) }),
    }),
  };
}

function brokenLine(
  change: (line: NonNullable<RequestFacts["request"]>) => Partial<RequestFacts["request"]>,
): Defect {
  return brokenFacts(({ request }) =>
    request === undefined ? {} : { request: { ...request, ...change(request) } },
  );
}

export const brokenDoors: readonly BrokenSessions[] = [
  {
    defect: "tells nothing of the request, so that there is no gate",
    violates: [12],
    make: () => ({
      sessions: (sessions) => ({
        ...sessions,
        begin: ({ cookie, secure }) => sessions.begin({ cookie, secure }),
      }),
    }),
  },
  {
    defect: "runs the handler of a request that it refuses",
    violates: [12],
    make: () => brokenExchange(() => ({ refusal: null })),
  },
  {
    defect: "believes a forwarded host that nobody vouches for",
    violates: [12],
    make: () =>
      brokenLine(({ header, ownOrigin }) => ({
        ownOrigin: () => {
          const host = header("x-forwarded-host");
          return host ? `https://${host}` : ownOrigin();
        },
      })),
  },
  {
    defect: "trusts the other hosts of this site",
    violates: [12],
    make: () => brokenOptions(() => ({ csrf: { trustSameSite: true } })),
  },
  {
    defect: "looks for a session before it refuses",
    violates: [12],
    make: () =>
      brokenExchange((exchange) => {
        if (exchange.refusal !== null) exchange.session.peek().catch(() => {});
        return {};
      }),
  },
  {
    defect: "turns away who says nothing of where they come from",
    violates: [12],
    make: () => brokenOptions(({ csrf }) => ({ csrf: { ...csrf, strict: true } })),
  },
  {
    defect: "does not know its own origin",
    violates: [12],
    make: () => brokenLine(() => ({ ownOrigin: () => null })),
  },
  {
    defect: "cuts the path, so that nothing is exempt or everything",
    violates: [12],
    make: () => brokenLine(({ path }) => ({ path: path.slice(path.lastIndexOf("/")) })),
  },
  {
    defect: "decodes the path, so that more is exempt than was named",
    violates: [12],
    make: () =>
      brokenLine(({ path }) => ({
        path: decodeURIComponent(path).toLowerCase().replace(/\/$/, ""),
      })),
  },
  {
    defect: "lets everybody in, however often they come",
    violates: [12],
    make: () => brokenOptions(() => ({ throttle: () => null })),
  },
  {
    defect: "asks the store before it says that the source has to wait",
    violates: [12],
    make: () =>
      brokenExchange((exchange, { store }) => ({
        session: {
          ...membersOf(exchange.session),
          async get() {
            await store.read({ partition: "A".repeat(16), handle: "A".repeat(22) }, 0);
            return exchange.session.get();
          },
        },
      })),
  },
  {
    defect: "lets the browser keep what it cached",
    violates: [10],
    make: () => brokenOptions(() => ({ clearSiteData: false })),
  },
];

export const brokenStreams: readonly BrokenSessions[] = [
  {
    defect: "lets streams live on",
    violates: [13],
    make: () => brokenSession(() => ({ signal: new AbortController().signal })),
  },
  {
    defect: "does not tell when a connection has closed",
    violates: [13],
    make: () => brokenFacts(() => ({ closed: () => new AbortController().signal })),
  },
];

export const brokenBindings: readonly BrokenSessions[] = [
  {
    defect: "does not tell who sent the request",
    violates: [14],
    make: () => brokenFacts(() => ({ client: { address: null, userAgent: null } })),
  },
  {
    defect: "takes each version of a browser for another browser",
    violates: [14],
    make: () => brokenOptions(() => ({ binding: { userAgent: "exact" } })),
  },
  {
    defect: "knows addresses as they are written, and no networks",
    violates: [14],
    make: () =>
      brokenFacts(({ client }) => ({
        client: {
          address: client?.address ?? null,
          userAgent: client?.userAgent ?? null,
          network: () => client?.address ?? null,
        },
      })),
  },
];
