import type { Notice } from "./alerts.ts";
import { BOUNDS, CREATED, groups, REFUSED } from "./columns.ts";
import { ALL_BUCKETS, ALL_FAILED, columnsOf, DAMAGES } from "./figures.ts";
import { quantile } from "./latency.ts";
import { type Ring, sum } from "./rings.ts";
import type { State } from "./state.ts";
import { count, duration, shown } from "./text.ts";

/** Something that is wrong: what, since when, who is affected, what can be done. */
export interface Trouble {
  readonly severity: "warning" | "critical";
  readonly what: string;
  readonly since: number;
  readonly who: string;
  /** Users that can be looked at. */
  readonly users: readonly string[];
  readonly remedy: string;
}

const SECOND = 1_000;
const MINUTE = 60_000;
const HOUR = 3_600_000;
/** ms without an answer after which a store counts as silent. */
const SILENT = 5_000;
/** ms: one call in a hundred may take so long before it is said. */
const SLOW = 500;
/** Refusals that are five times the usual, and not just a few, are said. */
const SURGE = { times: 5, least: 50 };
/** Of so many sessions in five minutes usually, none now is said. */
const USUALLY = 20;

/** What is wrong by now, the worst first. Empty: nothing that figures can tell. */
export function troublesOf(state: State, now: number): Trouble[] {
  const found = [
    ...storeTroubles(state, now),
    ...alertTroubles(state.alerts.list, now),
    refusals(state, now),
    silence(state, now),
    damage(state, now),
    deafness(state, now),
  ].filter((trouble) => trouble !== null);
  const rank = ({ severity }: Trouble) => (severity === "critical" ? 0 : 1);
  return found.sort((a, b) => rank(a) - rank(b) || a.since - b.since);
}

function storeTroubles({ latency, rings }: State, now: number): Trouble[] {
  const { silentSince, waiting } = latency;
  const everyone = "Everybody whose request needs a session: they are answered 503.";
  const found: Trouble[] = [];
  if (silentSince !== null && now - silentSince > SILENT) {
    found.push({
      severity: "critical",
      what: `The store does not answer: ${count(waiting)} ${waiting === 1 ? "call waits" : "calls wait"} in this process.`,
      since: silentSince,
      who: everyone,
      users: [],
      remedy: "Look at the store: is it up, can this host reach it, is it busy?",
    });
  }
  const from = now - MINUTE + SECOND;
  const calls = sum(rings.seconds, ALL_BUCKETS, from, now);
  const failed = sum(rings.seconds, ALL_FAILED, from, now);
  if (failed > 0) {
    found.push({
      severity: failed >= 0.01 * calls ? "critical" : "warning",
      what: `The store fails: ${count(failed)} of ${count(calls)} calls in the last minute.`,
      since: beginning(rings.minutes, ALL_FAILED, now, 1),
      who:
        failed === calls ? everyone : "Those whose request met such a call: it was answered 503.",
      users: [],
      remedy:
        "Look at the store and the network to it. Nobody is logged out: sessions are there again when it is.",
    });
  }
  const buckets = BOUNDS.map((_, i) =>
    sum(
      rings.seconds,
      groups.map(({ bucket }) => bucket + i),
      from,
      now,
    ),
  );
  const slowest = quantile(buckets, 0.99) ?? 0;
  if (slowest >= SLOW && calls >= 20) {
    const first = BOUNDS.findIndex((bound) => bound > SLOW);
    const slow = groups.flatMap(({ bucket }) =>
      BOUNDS.slice(first).map((_, i) => bucket + first + i),
    );
    found.push({
      severity: "warning",
      what: `The store is slow: one call in a hundred takes ${duration(slowest)} or more.`,
      since: beginning(rings.minutes, slow, now, 1),
      who: "Everybody a little, one in a hundred much.",
      users: [],
      remedy: "See below which operation it is, and look at the store's load.",
    });
  }
  return found;
}

function alertTroubles(alerts: readonly Notice[], now: number): Trouble[] {
  return (["critical", "warning"] as const).flatMap((severity) => {
    const recent = alerts.filter((each) => each.severity === severity && now - each.at < HOUR);
    if (recent.length === 0) return [];
    const users = [...new Set(recent.flatMap(({ userId }) => (userId === null ? [] : [userId])))];
    const reasons = [...new Set(recent.map(({ reason }) => shown(reason, 40)))];
    const many = recent.length;
    return [
      {
        severity,
        what: `${many} ${severity} ${many === 1 ? "alert" : "alerts"} in the last hour: ${reasons.slice(0, 4).join(", ")}.`,
        since: Math.min(...recent.map(({ since }) => since)),
        who: users.length === 0 ? "No user by name." : "",
        users: users.slice(0, 5),
        remedy:
          "Read the evidence below and what was done. Look at the user's sessions and end those that are not theirs.",
      },
    ];
  });
}

function refusals({ rings }: State, now: number): Trouble | null {
  const columns = columnsOf(REFUSED);
  const recent = sum(rings.minutes, columns, now - 4 * MINUTE, now);
  const usual = usualInFiveMinutes(rings.minutes, columns, now);
  if (recent < SURGE.least || recent < SURGE.times * usual) return null;
  const [worst] = REFUSED.flatMap((band) => band.columns)
    .map((column) => ({
      label: column.label.toLowerCase(),
      many: sum(rings.minutes, [column.index], now - 4 * MINUTE, now),
    }))
    .sort((a, b) => b.many - a.many);
  return {
    severity: "warning",
    what: `${count(recent)} refusals in five minutes, usually ${count(usual)}. Most: ${worst?.label}.`,
    since: beginning(rings.minutes, columns, now, Math.max(2, (SURGE.times * usual) / 5)),
    who: "Whoever sends them: an attacker, or users after a change of the secret or a release.",
    users: [],
    remedy:
      "If it began with a release, look at the secret and the cookie's name. Else look in the log from where they come.",
  };
}

/** Nobody gets in. */
function silence({ rings }: State, now: number): Trouble | null {
  const columns = columnsOf(CREATED);
  const usual = usualInFiveMinutes(rings.minutes, columns, now);
  if (usual < USUALLY || sum(rings.minutes, columns, now - 4 * MINUTE, now) > 0) return null;
  let since = Math.floor(now / MINUTE) * MINUTE;
  while (now - since < 3 * HOUR && sum(rings.minutes, columns, since, since) === 0) {
    since -= MINUTE;
  }
  since += MINUTE;
  return {
    severity: "critical",
    what: `No new session in five minutes, usually ${count(usual)}.`,
    since,
    who: "Everybody who tries to log in.",
    users: [],
    remedy:
      "Try to log in yourself. Look at the login page, the identity provider and the network.",
  };
}

function damage({ rings }: State, now: number): Trouble | null {
  const recent = sum(rings.minutes, DAMAGES, now - 4 * MINUTE, now);
  if (recent === 0) return null;
  return {
    severity: "warning",
    what: `Damaged in five minutes: ${count(recent)} ${recent === 1 ? "record or write" : "records or writes"}.`,
    since: beginning(rings.minutes, DAMAGES, now, 1),
    who: "Those whose sessions these are. They may have to log in again.",
    users: [],
    remedy:
      "Look in the log for record_corrupt, data_invalid and background_failed. After a release: does the schema fit what is stored?",
  };
}

function deafness({ telling, since }: State, now: number): Trouble | null {
  if (telling === null || telling.hears || now - since < 10_000) return null;
  return {
    severity: "warning",
    what: "This process does not hear the others: the store's channel is away.",
    since,
    who: "You: these figures are of this process only.",
    users: [],
    remedy: "Look at the store's channel. It is tried again by itself.",
  };
}

/** The mean of five minutes, in the three hours before the last five minutes, as far as is known. */
function usualInFiveMinutes(ring: Ring, columns: readonly number[], now: number): number {
  const before = Array.from({ length: 170 }, (_, i) =>
    sum(ring, columns, now - (5 + i) * MINUTE, now - (5 + i) * MINUTE),
  );
  // Of the minutes before the first count nothing is known.
  const known = before.findLastIndex((many) => many > 0) + 1;
  return known === 0 ? 0 : (5 * before.reduce((total, many) => total + many, 0)) / known;
}

/** Since when there have been so many a minute, with pauses of two minutes at most. */
function beginning(ring: Ring, columns: readonly number[], now: number, least: number): number {
  let since = Math.floor(now / SECOND) * SECOND;
  for (let back = 0, pause = 0; back < 180 && pause <= 2; back++) {
    const minute = Math.floor((now - back * MINUTE) / MINUTE) * MINUTE;
    const many = sum(ring, columns, minute, minute);
    if (many >= least) {
      since = minute;
      pause = 0;
    } else pause++;
  }
  return since;
}
