/**
 * The renewal protocol as a pure state machine: docs/decisions/0002-renewal.md has its diagram and
 * why each branch is safe; renewal-model.test.ts explores it.
 *
 * A credential knows every secret that matters by its hash, in one of three states:
 * - unseen: minted by a renewal, and not yet presented. Its response may be late or lost.
 * - current: the one last seen for the first time. Exactly one.
 * - superseded: a newer one was seen. Good for one grace (requests in flight), then a theft.
 *
 * Only the *sight* of a new secret supersedes the old one, never its minting: a lost response costs
 * nothing. Times are those at which requests arrived, so that a slow upload is no thief.
 */
export interface Credential {
  readonly current: Minted;
  /** Oldest first. */
  readonly unseen: readonly Minted[];
  /** Oldest first. */
  readonly superseded: readonly Superseded[];
}

interface Minted {
  readonly hash: string;
  readonly at: number;
}

interface Superseded {
  readonly hash: string;
  /** When its successor was first seen. */
  readonly at: number;
}

/**
 * How a presented secret stands.
 * `reused`: superseded for longer than the grace. `unknown`: wrong, or older than those remembered.
 */
export type Standing = "current" | "unseen" | "grace" | "reused" | "unknown";

/**
 * Superseded secrets remembered past their grace. More would find a thief who waits for longer
 * (each is one renewal interval); each costs 53 bytes a record.
 */
const REMEMBERED = 3;

/** A credential that knows one secret and has forgotten all others: at creation and rotation. */
export function freshCredential(hash: string, now: number): Credential {
  return { current: { hash, at: now }, unseen: [], superseded: [] };
}

export function standing(
  { current, unseen, superseded }: Credential,
  hash: string,
  arrivedAt: number,
  grace: number,
): Standing {
  // Plain comparison: what is compared are digests, of which a client cannot choose a prefix.
  if (current.hash === hash) return "current";
  if (unseen.some((minted) => minted.hash === hash)) return "unseen";
  const old = superseded.find((entry) => entry.hash === hash);
  if (old === undefined) return "unknown";
  return arrivedAt <= old.at + grace ? "grace" : "reused";
}

/**
 * The first sight of an unseen secret: it becomes current, and whatever was minted before it is
 * superseded. Renewals are at least a grace apart, so that cookies reach a browser in the order in
 * which they were minted, and an older one seen later was a late request, not a late cookie.
 */
export function confirm(
  credential: Credential,
  hash: string,
  arrivedAt: number,
  grace: number,
): Credential {
  const { current, unseen, superseded } = credential;
  const index = unseen.findIndex((minted) => minted.hash === hash);
  const seen = unseen[index];
  if (seen === undefined) return credential;
  return {
    current: seen,
    unseen: unseen.slice(index + 1),
    superseded: supersede(superseded, [current, ...unseen.slice(0, index)], arrivedAt, grace),
  };
}

/**
 * Whether a renewal is due for whoever presents the current secret. While one is under way, another
 * is due only once its response must have arrived or been lost, which is one grace later.
 */
export function renewalDue(
  { current, unseen }: Credential,
  now: number,
  renewal: number | null,
  grace: number,
): boolean {
  if (renewal === null || now - current.at < renewal) return false;
  const last = unseen.at(-1);
  return last === undefined || now - last.at >= grace;
}

/**
 * Adds a secret that no browser has seen yet. The current one goes on working.
 *
 * An unseen one is given up two graces after it was minted: one for its response, another for a
 * request sent with it. In an honest browser it was lost; should it still turn up, there are two
 * browsers, so it is remembered as superseded. That leaves at most three unseen.
 */
export function renewed(
  { current, unseen, superseded }: Credential,
  hash: string,
  now: number,
  grace: number,
): Credential {
  const lost = unseen.filter((minted) => now - minted.at > 2 * grace);
  return {
    current,
    unseen: [...unseen.slice(lost.length), { hash, at: now }],
    superseded: supersede(superseded, lost, now, grace),
  };
}

/** Within its grace a secret is never forgotten; the protocol keeps those few. */
function supersede(
  before: readonly Superseded[],
  gone: readonly Minted[],
  at: number,
  grace: number,
): Superseded[] {
  const all = [...before, ...gone.map(({ hash }) => ({ hash, at }))];
  return all.filter((old, i) => i >= all.length - REMEMBERED || at - old.at <= grace);
}

/**
 * One string, because stores compare it as a whole: "hash.time", comma-separated, the three groups
 * separated by "|" with empty ones at the end left out. Times in base 36.
 */
export function encodeCredential({ current, unseen, superseded }: Credential): string {
  const groups = [[current], unseen, superseded].map((group) =>
    group.map(({ hash, at }) => `${hash}.${at.toString(36)}`).join(","),
  );
  return groups.join("|").replace(/\|+$/, "");
}

/** Null where the text is no credential: the record is corrupt. */
export function decodeCredential(text: string): Credential | null {
  const groups = text.split("|").map((group) => (group === "" ? [] : group.split(",").map(entry)));
  const [currents = [], unseen = [], superseded = []] = groups;
  const current = currents[0];
  if (groups.length > 3 || currents.length !== 1 || current === undefined) return null;
  if (groups.flat().some(({ hash, at }) => hash.length !== 43 || !Number.isSafeInteger(at))) {
    return null;
  }
  return { current, unseen, superseded };
}

function entry(text: string): Minted {
  const [hash = "", at = ""] = text.split(".");
  return { hash, at: Number.parseInt(at, 36) };
}
