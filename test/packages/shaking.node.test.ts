// What a bundle keeps of a package of which little or nothing is used: docs/decisions/0011-shaking.md. Where
// one of these fails, a statement has come that does something when its module is loaded.
import { describe, expect, inject, test } from "vitest";
import { weighWithEsbuild, weighWithRolldown } from "./support/weigh.ts";

const consumer = inject("consumer");
const entries = inject("packed").flatMap((one) => one.entries);

/**
 * What each export of an entry may weigh at most as a minified bundle, with all that it needs: bytes,
 * some above what they are. Where an entry is one function and what that is made of, there is nothing to
 * shake. Most of net is ipaddr.js, which is CommonJS.
 */
const most: Readonly<Record<string, Readonly<Record<string, number>>>> = {
  "@sojourn/core": {
    ABANDONED_AFTER: 250,
    AmbiguousCredentialsError: 800,
    CarryRefusedError: 800,
    ConfigurationError: 800,
    ConflictError: 1_000,
    CorruptRecordError: 800,
    CrossSiteError: 900,
    HeadersSentError: 800,
    InvalidDataError: 850,
    InvalidUserIdError: 800,
    LimitReachedError: 800,
    LoginRefusedError: 800,
    MESSAGE_BYTES: 250,
    NAME_BYTES: 250,
    NOT_BEFORE_KEPT: 250,
    RandomnessError: 800,
    ReauthenticationRequiredError: 1_400,
    SessionGoneError: 800,
    SojournError: 750,
    StoreFullError: 800,
    StoreUnavailableError: 800,
    TOKEN_HEADER: 250,
    ThrottledError: 1_000,
    TooLargeError: 800,
    UnauthenticatedError: 1_000,
    byteLength: 400,
    checkText: 1_200,
    closingOf: 950,
    configured: 90_000,
    createSessions: 90_000,
    dataSize: 500,
    respond: 1_350,
    systemClock: 500,
    timeLimited: 1_800,
    wrapStore: 750,
  },
  "@sojourn/hono": { requireUser: 1_500, sessions: 118_000 },
  "@sojourn/net": {
    canonicalAddress: 15_500,
    clientOf: 19_000,
    createTrust: 20_000,
    inNetwork: 17_000,
    isLocalhost: 17_500,
    networkOf: 16_000,
  },
  "@sojourn/node": { onUpgrade: 27_000, requireUser: 150, withSessions: 123_000 },
  "@sojourn/node/express": { sessions: 123_000, sojournErrors: 8_000 },
  "@sojourn/testing": {
    bearerToken: 150,
    createClient: 4_000,
    fakeClock: 700,
    faultyStore: 2_400,
    recordEvents: 250,
    signedInClient: 4_700,
    signedInCookie: 500,
  },
  "@sojourn/watch": {
    churn: 3_100,
    guessing: 3_200,
    hijacking: 5_500,
    manySessions: 2_800,
    newDevice: 2_900,
    sourceOf: 150,
    watch: 13_000,
  },
  "@sojourn/watch/back-channel": { backChannelLogout: 48_000, oidcReference: 200 },
  "@sojourn/watch/log": { jsonLines: 900, logEvents: 3_600 },
};

const bundlers = [
  { bundler: "esbuild", weigh: weighWithEsbuild },
  { bundler: "Rolldown", weigh: weighWithRolldown },
];

describe.each(bundlers)("bundled by $bundler", ({ weigh }) => {
  const unused = weigh(
    entries.flatMap((entry) => [`import "${entry}";`, `import * as unused from "${entry}";`]),
    consumer,
  );

  test.each(entries)("%s leaves nothing in a bundle that does not use it", async (entry) => {
    const at = 2 * entries.indexOf(entry);
    expect((await unused).slice(at, at + 2)).toEqual([0, 0]);
  });

  test.each(Object.entries(most))("%s takes no more than is used of it", async (entry, allowed) => {
    const names = Object.keys(allowed);
    const sizes = await weigh(
      names.map((name) => `import { ${name} } from "${entry}"; console.log(${name});`),
      consumer,
    );
    const over = names.filter((name, at) => !((sizes[at] ?? 0) <= (allowed[name] ?? 0)));
    expect(over.map((name) => `${name}: ${sizes[names.indexOf(name)]}`)).toEqual([]);
  });
});

test.each(Object.entries(most))("every export of %s has a figure", async (entry, allowed) => {
  const exported: object = await import(entry);
  expect(Object.keys(allowed).toSorted()).toEqual(Object.keys(exported).toSorted());
});

test("what a bundler is not told to leave out stays", async () => {
  const [size] = await weighWithEsbuild(['import "@sojourn/core";'], consumer, { trusting: false });
  expect(size).toBeGreaterThan(5_000);
});
