/**
 * The renewal protocol as a pure state machine: docs/decisions/0002-renewal.md has its diagram and
 * why each branch is safe; renewal-model.node.test.ts explores it.
 *
 * A credential knows every secret that matters by its hash, in one of three states:
 * - current: the one last seen for the first time.
 * - unseen: minted by a renewal, and not yet presented. Its response may be late or lost.
 * - superseded: a newer one was seen, or it was given up. Good for one grace (requests in flight),
 *   then a theft.
 *
 * Only the *sight* of a new secret supersedes the old one, never its minting: a lost response costs
 * nothing. Every decision goes by the time at which a request arrived, never by when its handler got
 * to the session, so that a slow upload is no thief.
 */
export interface Credential {
  readonly current: Minted;
  /** At most one: another is minted only when this one is known to be lost. */
  readonly unseen: Minted | null;
  /** Oldest first. */
  readonly superseded: readonly Superseded[];
}

interface Minted {
  readonly hash: string;
  readonly at: number;
}

interface Superseded {
  readonly hash: string;
  /** When its successor was first seen, or when it was given up. */
  readonly at: number;
}

/**
 * How a presented secret stands.
 * `reused`: superseded for longer than the grace. `unknown`: wrong, or older than those remembered.
 */
export type Standing = "current" | "unseen" | "grace" | "reused" | "unknown";

/**
 * Superseded secrets remembered past their grace. So an owner who was away for less than five renewal
 * intervals, less a grace, still finds a theft: by default 74 minutes, where the longest idle timeout
 * of a preset is 60. Each costs 53 bytes a record.
 */
const REMEMBERED = 6;

/** A credential that knows one secret and has forgotten all others: at creation and rotation. */
export function freshCredential(hash: string, now: number): Credential {
  return { current: { hash, at: now }, unseen: null, superseded: [] };
}

/** All that it remembers. */
export function hashesOf({ current, unseen, superseded }: Credential): string[] {
  return [current, ...(unseen === null ? [] : [unseen]), ...superseded].map(({ hash }) => hash);
}

export function standing(
  { current, unseen, superseded }: Credential,
  hash: string,
  arrivedAt: number,
  grace: number,
): Standing {
  // Plain comparison: what is compared are digests, of which a client cannot choose a prefix.
  if (current.hash === hash) return "current";
  if (unseen?.hash === hash) return "unseen";
  const old = superseded.find((entry) => entry.hash === hash);
  if (old === undefined) return "unknown";
  return arrivedAt <= old.at + grace ? "grace" : "reused";
}

/** The first sight of the unseen secret: it becomes current. Any other leaves all as it is. */
export function confirm(
  credential: Credential,
  hash: string,
  arrivedAt: number,
  grace: number,
): Credential {
  const { current, unseen, superseded } = credential;
  if (unseen?.hash !== hash) return credential;
  return {
    current: unseen,
    unseen: null,
    superseded: supersede(superseded, current, arrivedAt, grace),
  };
}

/**
 * Whether a request that presents the current secret is to renew it. While a renewal is unseen, only
 * a request that proves it lost may renew again: one that arrives two graces later was sent more than
 * one grace later, without the new secret, so no response will bring it any more. And no sooner than
 * an interval later, else a thief who throws renewals away could soon make us forget the owner's.
 */
export function renewalDue(
  { current, unseen }: Credential,
  arrivedAt: number,
  renewal: number | null,
  grace: number,
): boolean {
  if (renewal === null) return false;
  if (unseen === null) return arrivedAt - current.at >= renewal;
  return arrivedAt - unseen.at > Math.max(renewal, 2 * grace);
}

/**
 * Adds a secret that no browser has seen yet. The current one goes on working.
 *
 * An earlier one that is still unseen was lost (see `renewalDue`). Should it turn up after all, there
 * are two browsers, so it is remembered as superseded.
 */
export function renewed(
  { current, unseen, superseded }: Credential,
  hash: string,
  now: number,
  grace: number,
): Credential {
  return {
    current,
    unseen: { hash, at: now },
    superseded: unseen === null ? superseded : supersede(superseded, unseen, now, grace),
  };
}

/** Within its grace a secret is never forgotten: an application may renew as often as it likes. */
function supersede(
  before: readonly Superseded[],
  { hash }: Minted,
  at: number,
  grace: number,
): Superseded[] {
  const all = [...before, { hash, at }];
  return all.filter((old, i) => i >= all.length - REMEMBERED || at - old.at <= grace);
}

/**
 * One string, because stores compare it as a whole: "hash.time", comma-separated, the three groups
 * separated by "|" with empty ones at the end left out. Times in base 36.
 */
export function encodeCredential({ current, unseen, superseded }: Credential): string {
  const groups = [[current], unseen === null ? [] : [unseen], superseded].map((group) =>
    group.map(({ hash, at }) => `${hash}.${at.toString(36)}`).join(","),
  );
  // Not cut off the text afterwards: a store in memory would keep the part and the whole.
  while (groups.at(-1) === "") groups.pop();
  return groups.join("|");
}

/** SHA-256 in base64url. */
const HASH = 43;

/**
 * As `encodeCredential` writes it and in no other way: one credential has one text. A time's ten digits
 * reach the year 117,000.
 */
function credentialPattern(): RegExp {
  const entry = String.raw`[\w-]{${HASH}}\.(?:0|[1-9a-z][\da-z]{0,9})`;
  return new RegExp(`^${entry}(?:\\|${entry}|\\|(?:${entry})?\\|${entry}(?:,${entry})*)?$`);
}

const CREDENTIAL = /* @__PURE__ */ credentialPattern();

/** Null where the text is no credential: the record is corrupt. */
export function decodeCredential(text: string): Credential | null {
  if (!CREDENTIAL.test(text)) return null;
  const [current = "", unseen = "", superseded = ""] = text.split("|");
  return {
    current: entry(current),
    unseen: unseen === "" ? null : entry(unseen),
    superseded: superseded === "" ? [] : superseded.split(",").map(entry),
  };
}

function entry(text: string): Minted {
  return { hash: text.slice(0, HASH), at: Number.parseInt(text.slice(HASH + 1), 36) };
}
