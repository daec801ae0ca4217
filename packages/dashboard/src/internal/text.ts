import { html, type Markup } from "./html.ts";

// C0, C1, separators, and all that is there and not seen: bidi overrides (CVE-2021-42574), zero width.
const UNSEEN = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu;

// A token of Sojourn is 112 characters of base64url. A client can send its own as its name.
const TOKEN = /[\w-]{112,}/g;

/** A text of a stranger, as it can be kept and shown: of bounded length, nothing hidden, no token. */
export function shown(text: string, longest: number = 160): string {
  const told = text.replace(TOKEN, "[token]");
  const cut = told.length > longest ? `${told.slice(0, longest)}…` : told;
  return cut.replace(UNSEEN, (character) => `\\u{${character.codePointAt(0)?.toString(16)}}`);
}

/** "12,340" */
export function count(value: number): string {
  return Math.round(value).toLocaleString("en-GB");
}

/** ms as one reads them: "0.4 ms", "12 ms", "1.5 s". */
export function duration(ms: number): string {
  if (ms < 10) return `${Number(ms.toFixed(2))} ms`;
  return ms < 1_000 ? `${Math.round(ms)} ms` : `${Number((ms / 1_000).toFixed(1))} s`;
}

const UNITS: readonly [ms: number, name: string][] = [
  [86_400_000, "day"],
  [3_600_000, "hour"],
  [60_000, "minute"],
  [1_000, "second"],
];

/** A length of time in its greatest unit: "4 minutes". */
export function lasting(ms: number): string {
  const [unit, name] = UNITS.find(([unit]) => ms >= unit) ?? [1_000, "second"];
  const many = Math.floor(ms / unit);
  return `${many} ${name}${many === 1 ? "" : "s"}`;
}

/** "4 minutes ago", "in 3 hours", "just now"; the exact time in UTC for machines and for who points at it. */
export function when(at: number, now: number): Markup {
  const ago = now - at;
  const text =
    Math.abs(ago) < 1_000
      ? "just now"
      : ago > 0
        ? `${lasting(ago)} ago`
        : `in ${lasting(Math.abs(ago))}`;
  const exact = iso(at);
  return html`<time datetime="${exact}" title="${exact.replace("T", " ").replace("Z", " UTC")}"
    >${text}</time
  >`;
}

/** "03:12:05" in UTC; `parts` 2: without seconds. */
export function clockTime(at: number, parts: 2 | 3 = 3): string {
  return iso(at).slice(11, parts === 2 ? 16 : 19);
}

/** "Sun 29 Nov 03:12" in UTC. */
export function dayTime(at: number): string {
  const [weekday = "", day = "", month = ""] = new Date(at).toUTCString().split(/,? /);
  return `${weekday} ${Number(day)} ${month} ${clockTime(at, 2)}`;
}

function iso(at: number): string {
  return `${new Date(at).toISOString().slice(0, 19)}Z`;
}
