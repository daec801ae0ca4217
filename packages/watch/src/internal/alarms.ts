import type { Client, Clock, Once, SessionEvent } from "@sojourn/core";
import type { Act, Acting, Alert, Detector, Finding } from "../detector.ts";
import { perform, type WatchedSessions } from "./acting.ts";
import { Bounded } from "./bounded.ts";
import { onceName } from "./once-name.ts";
import type { Throttle } from "./throttle.ts";

export interface AlarmsOptions {
  readonly namespace: string;
  readonly quietFor: number;
  readonly act: Acting | undefined;
  readonly once: Once | null;
  readonly clock: Clock;
  readonly maxEntries: number;
  readonly throttle: Throttle;
  readonly sessions: () => WatchedSessions | null;
  readonly tell: (alert: Alert, client: Client | null) => void;
  readonly warn: (message: string) => void;
  readonly inBackground: (work: Promise<unknown>) => void;
}

/** Makes alerts of findings: one of each subject in a while, acted upon and then told. */
export interface Alarms {
  raise(detector: Detector, finding: Finding): void;
  readonly size: number;
}

export function createAlarms(options: AlarmsOptions): Alarms {
  const { namespace, once, clock, throttle, sessions, tell, warn, inBackground } = options;
  /** Until when the same is not said again. */
  const quiet = new Bounded<number>(options.maxEntries);

  /** Of all processes that have found it, the first one raises it. */
  async function isFirst(detector: Detector, subject: string, at: number, until: number) {
    if (once === null) return true;
    const key = await onceName(namespace, "alert", detector.name, subject);
    // A store that is away is no reason to be silent: rather twenty alerts than none.
    return once.redeem(key, until, at).catch(() => true);
  }

  function actFor({ act = options.act, name }: Detector, alert: Alert): Act {
    try {
      return (typeof act === "function" ? act(alert) : act) ?? {};
    } catch {
      warn(`The act of the detector ${name} failed. Its alert is told all the same.`);
      return {};
    }
  }

  async function raised(detector: Detector, finding: Finding, until: number): Promise<void> {
    const { subject, event, client = null, source = null } = finding;
    if (!(await isFirst(detector, subject, event.at, until))) return;
    const alert = alertOf(detector, finding);
    const act = actFor(detector, alert);
    const acting = act.revoke !== undefined || act.requireReauthentication === true;
    if (acting && sessions() === null) {
      warn("An alert cannot act: give the watcher its sessions, watcher.use(createSessions(...)).");
    }
    const done = await perform(act, alert, source, { sessions: sessions(), throttle, clock });
    tell({ ...alert, done }, client);
  }

  return {
    raise(detector, finding) {
      const { subject, event } = finding;
      const key = JSON.stringify([detector.name, subject]);
      if (event.at < (quiet.get(key) ?? -Infinity)) return;
      const until = event.at + (detector.quietFor ?? options.quietFor);
      quiet.set(key, until);
      inBackground(raised(detector, finding, until));
    },
    get size() {
      return quiet.size;
    },
  };
}

function alertOf({ name }: Detector, { severity, evidence, event }: Finding): Alert {
  const { at, handle, userId, impersonator, client }: SessionEvent = event;
  const who = { at, handle, userId, impersonator, client };
  return { type: "alert", reason: name, severity, evidence, done: [], ...who };
}
