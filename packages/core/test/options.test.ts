import { ConfigurationError, createSessions, type SessionsOptions } from "@sojourn/core";
import { memoryStore } from "@sojourn/memory";
import { expect, test } from "vitest";
import { SECRETS } from "./harness.ts";

const right = { store: memoryStore(), secret: SECRETS[0] };

/** A wrong option, and what the error has to name: the option, and what to write instead. */
const wrong: readonly (readonly [options: object, ...names: RegExp[]])[] = [
  [{ store: undefined }, /store/, /memoryStore\(\)/],
  [{ store: {} }, /store/, /memoryStore\(\)/],
  [{ secret: undefined }, /secret/, /openssl rand -base64 32/],
  [{ secret: "short" }, /secret/, /openssl rand -base64 32/],
  [{ secrets: "x" }, /secrets/, /secret\b/],
  [{ data: {} }, /data/, /Standard Schema/],
  [{ onInvalidData: "ignore" }, /onInvalidData/, /drop/],
  [{ timeouts: { idle: "30 minutes" } }, /timeouts\.idle/, /"30m"/],
  [{ timeouts: { idle: "2h", absolute: "1h" } }, /timeouts\.idle/, /at most/],
  [{ cookie: { secure: false } }, /cookie\.secure/, /Remove/],
  [{ transport: "header" }, /transport/, /bearer/],
  [{ exposeToken: "yes" }, /exposeToken/, /true or false/],
  [{ namespace: "" }, /namespace/, /1 to 256/],
  [{ maxPerUser: 0 }, /maxPerUser/, /1,?000/],
  [{ maxPerUser: 1001 }, /maxPerUser/, /1,?000/],
  [{ onLimit: "evict" }, /onLimit/, /evict-least-recent/],
  [{ maxBytes: -1 }, /maxBytes/, /whole number/],
  [{ maxKeyBytes: 1.5 }, /maxKeyBytes/, /whole number/],
  [{ onConflict: "merge" }, /onConflict/, /last-wins/],
  [{ onConflict: { page: "merge" } }, /onConflict/, /last-wins/],
  [{ onReuse: "logout" }, /onReuse/, /refuse/],
  [{ saveOnError: 1 }, /saveOnError/, /true or false/],
  [{ onEvent: {} }, /onEvent/, /function/],
  [{ onWarning: null }, /onWarning/, /function/],
  [{ timeouts: { onIdle: "close" } }, /timeouts\.onIdle/, /"end" or "lock"/],
  [{ timeouts: { onIdle: "lock", idle: "none" } }, /timeouts\.onIdle/, /Write "end"/],
  [{ timeouts: { onIdle: "lock", preset: "aal3" } }, /timeouts\.onIdle/, /one factor/],
  [{ timeouts: { idel: "5m" } }, /timeouts\.idel/, /no such option/],
  [{ csrf: true }, /csrf/, /an object, or false/],
  [{ binding: "ip" }, /binding/, /an object/],
  [{ binding: { ip: "subnet" } }, /binding\.ip/, /"network"/],
  [{ binding: { userAgent: true } }, /binding\.userAgent/, /"family"/],
  [{ binding: { onMismatch: "logout" } }, /binding\.onMismatch/, /"revoke"/],
  [{ client: "whole" }, /client/, /address: "truncated"/],
  [{ client: { address: "full" } }, /client/, /"hashed"/],
  [{ client: { adress: "none" } }, /client/, /address/],
  [{ impersonation: "yes" }, /impersonation/, /true or false/],
  [{ clearSiteData: "cookies" }, /clearSiteData/, /a list of "cache"/],
  [{ clearSiteData: ["*"] }, /clearSiteData/, /"storage"/],
  [{ throttle: 5 }, /throttle/, /function/],
  [{ revalidate: "soon" }, /revalidate/, /"30s"/],
  [{ revalidate: 0 }, /revalidate/, /above 0/],
];

test.each(wrong)("%o is refused when configured, and the error names the remedy", (...given) => {
  const [options, ...names] = given;
  const attempt = () => createSessions({ ...right, ...options } as SessionsOptions);
  expect(attempt).toThrow(ConfigurationError);
  for (const name of names) expect(attempt).toThrow(name);
});

test("no error shows the secret", () => {
  const secret = "hunter2-hunter2-hunter2-hunter2-hunter2";
  const attempt = () => createSessions({ ...right, secret });
  expect(attempt).toThrow(ConfigurationError);
  expect(attempt).not.toThrow(/hunter2/);
});

test("there is no secret by default, and none in the environment is picked up (G5)", () => {
  expect(() => createSessions({ store: memoryStore() } as never)).toThrow(/secret/);
});

test("what is right is taken, one option at a time", () => {
  const options: Partial<SessionsOptions>[] = [
    { secret: [...SECRETS] },
    { timeouts: "aal1" },
    { timeouts: { default: "aal2", remembered: { absolute: "90d", idle: "none" } } },
    { cookie: { name: "sid", sameSite: "Strict" } },
    { transport: "bearer", exposeToken: true },
    { namespace: "tenant 7" },
    { maxPerUser: 1000, onLimit: "refuse" },
    { maxBytes: 1, maxKeyBytes: 1 },
    { onConflict: { lastPage: "last-wins" } },
    { onInvalidData: (old) => old },
    { timeouts: { onIdle: "lock" } },
    { csrf: false },
    { binding: { ip: "network", userAgent: "exact", onMismatch: () => "reject" } },
    { client: { address: "none" } },
    { clearSiteData: [] },
    { clearSiteData: false },
    { throttle: () => null },
    { revalidate: "10s" },
  ];
  for (const each of options) expect(() => createSessions({ ...right, ...each })).not.toThrow();
});

test("the timeouts in force are told by policy, as one would write them", () => {
  const { describePolicy } = createSessions({
    ...right,
    timeouts: { default: "aal2", remembered: { absolute: "90d", idle: "none" } },
  });
  expect(describePolicy()).toMatchObject({
    default: { idle: "1h", absolute: "1d", renewal: "15m", grace: "1m", touch: "1m" },
    remembered: { idle: "none", absolute: "90d" },
    anonymous: { absolute: "1d" },
  });
});
