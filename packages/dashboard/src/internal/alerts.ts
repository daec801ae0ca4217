import type { KeptClient, SessionEvent } from "@sojourn/core";
import { shown } from "./text.ts";

type Severity = "info" | "warning" | "critical";

/** What is kept of an alert: texts that are bounded and hide nothing. */
export interface Notice {
  readonly severity: Severity;
  /** The detector's name, or the event's. */
  readonly reason: string;
  /** Null: no user, or one whose id is too long to be kept. */
  readonly userId: string | null;
  readonly handle: string | null;
  readonly impersonator: string | null;
  readonly address: string | null;
  readonly userAgent: string | null;
  readonly evidence: readonly (readonly [name: string, value: string])[];
  readonly done: readonly string[];
  /** When it was first told, and last. */
  readonly since: number;
  readonly at: number;
  /** How often. */
  readonly times: number;
}

export interface Alerts {
  /** The latest first. */
  readonly list: readonly Notice[];
  readonly entries: number;
  add(notice: Notice): void;
}

/** Kept of each severity: no flood of one drives out the others. */
const MOST = 50;
const MOST_EVIDENCE = 12;
const LONGEST_ID = 256;
/** ms: an alert says more than the event that it was drawn from. */
const SAME = 10_000;

export function createAlerts(): Alerts {
  const kept: Record<Severity, Notice[]> = { info: [], warning: [], critical: [] };
  const all = () => [...kept.critical, ...kept.warning, ...kept.info];

  function forget(severity: Severity, isIt: (notice: Notice) => boolean): Notice | undefined {
    const at = kept[severity].findIndex(isIt);
    return at < 0 ? undefined : kept[severity].splice(at, 1)[0];
  }

  /** The copied token that a detector speaks of, which is told no more besides. */
  function forgetReuse({ severity, reason, handle, at }: Notice): Notice | undefined {
    if (severity !== "critical" || reason === REUSE || handle === null) return undefined;
    const within = (one: Notice) => Math.abs(one.at - at) < SAME;
    return forget(
      "critical",
      (one) => one.reason === REUSE && one.handle === handle && within(one),
    );
  }

  return {
    get list() {
      return all().sort((a, b) => b.at - a.at);
    },
    get entries() {
      return all().length;
    },
    add(notice) {
      const { severity, reason, userId, address } = notice;
      const reuse = forgetReuse(notice);
      const before = forget(
        severity,
        (one) =>
          one.reason === reason &&
          one.userId === userId &&
          (userId !== null || one.address === address),
      );
      const merged = {
        ...notice,
        done: [...new Set([...(reuse?.done ?? []), ...notice.done])],
        since: Math.min(before?.since ?? notice.since, notice.since),
        times: (before?.times ?? 0) + notice.times,
      };
      kept[severity].unshift(merged);
      kept[severity].length = Math.min(kept[severity].length, MOST);
    },
  };
}

const REUSE = "token-reuse";

/** What the event says that an operator has to see; null: nothing. */
export function noticeOf(event: SessionEvent): Notice | null {
  switch (event.type) {
    case "alert": {
      const evidence = Object.entries(event.evidence).map(
        ([name, value]) => [name, Array.isArray(value) ? value.join(", ") : String(value)] as const,
      );
      return notice(event, event.severity, event.reason, evidence, event.done);
    }
    case "token_reuse":
      return notice(
        event,
        "critical",
        REUSE,
        [],
        event.reason === "revoke" ? ["session-revoked"] : [],
      );
    case "everyone_revoked":
      return notice(event, "info", "everyone-revoked", [], ["everyone-revoked"]);
    default:
      return null;
  }
}

function notice(
  { at, userId, handle, impersonator, client }: SessionEvent,
  severity: Severity,
  reason: string,
  evidence: Notice["evidence"],
  done: readonly string[],
): Notice {
  return {
    severity,
    reason: shown(reason, 64),
    userId: userId !== null && userId.length <= LONGEST_ID ? userId : null,
    handle: handle === null ? null : shown(handle, 22),
    impersonator: impersonator === null ? null : shown(impersonator),
    ...kept(client),
    evidence: evidence
      .slice(0, MOST_EVIDENCE)
      .map(([name, value]) => [shown(name, 40), shown(value)]),
    done: done.slice(0, 10).map((each) => shown(each, 64)),
    since: at,
    at,
    times: 1,
  };
}

function kept(client: KeptClient | null): Pick<Notice, "address" | "userAgent"> {
  const { address = null, userAgent = null } = client ?? {};
  return {
    address: address === null ? null : shown(address, 64),
    userAgent: userAgent === null ? null : shown(userAgent, 256),
  };
}

/** A notice that another process sent; null: it is none. */
export function heardNotice(value: unknown): Notice | null {
  const given = (value ?? {}) as Record<string, unknown>;
  const text = (name: string) => (typeof given[name] === "string" ? given[name] : null);
  const texts = (list: unknown) => (Array.isArray(list) ? list.map(String) : []);
  const { severity, at, evidence } = given;
  const isOne = ["info", "warning", "critical"].includes(severity as string);
  if (!isOne || !Number.isSafeInteger(at) || text("reason") === null) return null;
  const pairs = Array.isArray(evidence) ? evidence.map(texts) : [];
  const event = {
    at: at as number,
    userId: text("userId"),
    handle: text("handle"),
    impersonator: text("impersonator"),
    client: { address: text("address"), userAgent: text("userAgent") },
  };
  return notice(
    event as SessionEvent,
    severity as Severity,
    text("reason") as string,
    pairs.map(([name = "", told = ""]) => [name, told]),
    texts(given.done),
  );
}
