import { randomBytes } from "node:crypto";
import { browser, type Site } from "./browser.ts";
import { pause, type Time } from "./pause.ts";
import type { Alert } from "./protocol.ts";

/** An attack that was made, and the alert that it must have led to. */
export interface Attack {
  readonly name: string;
  readonly alerted: (alert: Alert) => boolean;
}

interface Attacker {
  readonly site: Site;
  readonly time: Time;
  /** What must not be: an attack that got somewhere. */
  fault(text: string): void;
}

/** One kind of attack, and how to begin the `at`th one. Null: there was not enough time for it. */
export type Begin = (at: number, attacker: Attacker) => Promise<readonly Attack[] | null>;

const HOME = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0";
const THIEF =
  "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/139.0.0.0 Safari/537.36";

/** A hundred are guessing; so many are sent, over all processes, that each of them sees fewer. */
const ATTEMPTS = 130;

/** All attempts, some at a time. False: the traffic has ended before. */
async function attempts(
  count: number,
  { time }: Attacker,
  attempt: (at: number) => Promise<void>,
): Promise<boolean> {
  for (let begun = 0; begun < count; begun += AT_ONCE) {
    if (Date.now() >= time.until) return false;
    const these = Array.from({ length: Math.min(AT_ONCE, count - begun) }, (_, at) =>
      attempt(begun + at),
    );
    await Promise.all(these);
    await pause(20, time);
  }
  return true;
}

const AT_ONCE = 10;

/** A network of its own for each attack, so that an alert says which one it was. */
function network(kind: number, at: number): string {
  return `172.${16 + kind}.${at % 256}`;
}

/** The alerts by network tell the network: addresses are kept cut. */
function fromNetwork(reason: string, prefix: string) {
  const kept = `${prefix}.0/24`;
  return (alert: Alert) => alert.reason === reason && alert.client?.address === kept;
}

function ofUser(reason: string, userId: string) {
  return (alert: Alert) => alert.reason === reason && alert.userId === userId;
}

/** Tokens that are none: of the right length and alphabet, from all addresses of a network. */
const guessing: Begin = async (at, attacker) => {
  const { site, fault } = attacker;
  const prefix = network(0, at);
  const all = await attempts(ATTEMPTS, attacker, async (sent) => {
    const cookie = `__Host-id=${randomBytes(84).toString("base64url")}`;
    const client = browser(site, `${prefix}.${1 + (sent % 250)}`, THIEF);
    const { status } = await client.get("/me", { cookie });
    if (status !== 401 && status !== 503) fault(`a guessed token was answered ${status}`);
  });
  return all ? [{ name: "guessing", alerted: fromNetwork("guessing", prefix) }] : null;
};

/**
 * Tokens that the attacker has planted before the login: made up, which none must be adopted, and one
 * that a server gave the attacker, which must not know who has logged in with it.
 */
const fixation: Begin = async (at, attacker) => {
  const { site, fault } = attacker;
  const prefix = network(1, at);
  const own = browser(site, `${prefix}.1`, THIEF);
  await own.post("/basket");
  const planted = own.cookieHeader();
  const victim = browser(site, `${network(2, at)}.1`, HOME);
  for (const { name, value } of own.cookies()) victim.setCookie(`${name}=${value}; Secure; Path=/`);
  const { status } = await victim.post(`/login?user=fixated-${at}`);
  if (status !== 200) return null;
  const all = await attempts(ATTEMPTS, attacker, async (sent) => {
    const isMadeUp = sent % 5 !== 0;
    const madeUp = `__Host-id-anon=${randomBytes(84).toString("base64url")}`;
    const response = await own.get("/me", { cookie: isMadeUp ? madeUp : planted, hold: true });
    if (response.status === 200) fault("a planted token was signed in");
    if (response.headers.getSetCookie().length > 0) fault("a planted token was adopted");
  });
  const left = await victim.get("/me");
  if (left.status === 401) fault("an attempt at fixation logged the victim out");
  return all ? [{ name: "fixation", alerted: fromNetwork("guessing", prefix) }] : null;
};

/** A page on another site posts in the name of all who look at it, with their cookies. */
const crossSite: Begin = async (at, attacker) => {
  const { site, fault } = attacker;
  const prefix = network(3, at);
  const victim = browser(site, `${prefix}.1`, HOME);
  if ((await victim.post(`/login?user=forged-${at}`)).status !== 200) return null;
  const headers = { "Sec-Fetch-Site": "cross-site", Origin: "https://evil.test" };
  const all = await attempts(ATTEMPTS, attacker, async (sent) => {
    const path = sent % 2 === 0 ? "/password" : "/set?key=stolen&value=1";
    const { status } = await victim.post(path, { headers });
    if (status !== 403) fault(`a forged request was answered ${status}`);
  });
  const { data } = (await (await victim.get("/me")).json()) as { data?: Record<string, number> };
  if (data?.["stolen"] !== undefined) fault("a forged request changed something");
  return all ? [{ name: "cross-site posts", alerted: fromNetwork("guessing", prefix) }] : null;
};

/** A token is stolen; its owner goes on and has it renewed; the thief comes after the grace. */
const replay: Begin = async (at, { site, time, fault }) => {
  const userId = `robbed-${at}`;
  const victim = browser(site, `${network(4, at)}.1`, HOME);
  if ((await victim.post(`/login?user=${userId}`)).status !== 200) return null;
  await victim.get("/me");
  const thief = victim.stolenBy({ address: `${network(5, at)}.1`, userAgent: THIEF });
  const before = victim.cookieHeader();
  while (victim.cookieHeader() === before) {
    await pause(500, time);
    await victim.get("/me");
    if (Date.now() >= time.until) return null;
  }
  // The new one is seen, and the grace of the old one, which is three seconds, passes.
  await victim.get("/me");
  await pause(4_000, time);
  if (Date.now() >= time.until) return null;
  const first = await thief.get("/me", { hold: true });
  if (first.status === 503) return null;
  for (const { status } of [first, await thief.get("/me"), await victim.get("/me")]) {
    if (status === 200) fault("a token that was used again still opened its session");
  }
  const isReuse = ofUser("hijacking", userId);
  return [
    {
      name: "replay of a stolen token",
      alerted: (alert) => isReuse(alert) && alert.evidence.sign === "token-reuse",
    },
  ];
};

/** A token is stolen and used at once, in another browser. */
const theft: Begin = async (at, { site }) => {
  const userId = `copied-${at}`;
  const victim = browser(site, `${network(6, at)}.1`, HOME);
  if ((await victim.post(`/login?user=${userId}`)).status !== 200) return null;
  await victim.get("/me");
  const thief = victim.stolenBy({ address: `${network(7, at)}.1`, userAgent: THIEF });
  if ((await thief.get("/me")).status === 503) return null;
  const isMismatch = ofUser("hijacking", userId);
  return [
    {
      name: "a stolen token in another browser",
      alerted: (alert) => isMismatch(alert) && alert.evidence.sign === "binding-mismatch",
    },
  ];
};

/** A password is stolen: somebody logs in who has never been there. */
const password: Begin = async (at, { site, time }) => {
  const userId = `phished-${at}`;
  const victim = browser(site, `${network(8, at)}.1`, HOME);
  if ((await victim.post(`/login?user=${userId}`)).status !== 200) return null;
  await pause(500, time);
  const thief = browser(site, `${network(9, at)}.1`, THIEF);
  if ((await thief.post(`/login?user=${userId}`)).status !== 200) return null;
  const isNew = ofUser("new-device", userId);
  return [
    {
      name: "a stolen password",
      alerted: (alert) => isNew(alert) && alert.severity === "warning",
    },
  ];
};

/** A script that logs in anew for each request. */
const churn: Begin = async (at, attacker) => {
  const userId = `script-${at}`;
  const all = await attempts(30, attacker, async () => {
    const client = browser(attacker.site, `${network(10, at)}.1`, "curl/8.5");
    await client.post(`/login?user=${userId}`);
  });
  if (!all) return null;
  return [
    { name: "session churn", alerted: ofUser("churn", userId) },
    { name: "a user with too many sessions", alerted: ofUser("many-sessions", userId) },
  ];
};

/** Each begins in its turn. */
export const ATTACKS: readonly Begin[] = [
  replay,
  guessing,
  theft,
  fixation,
  password,
  crossSite,
  churn,
];

const ATTACKED = /^(fixated|forged|robbed|copied|phished|script)-/;

/** Whether the alert is about somebody who is attacked, or a network of an attacker. */
export function isOfAttack({ userId, client }: Alert): boolean {
  if (userId !== null) return ATTACKED.test(userId);
  return client?.address?.startsWith("172.") ?? false;
}
