import Bowser from "bowser";

/** What a list of devices shows of one. */
export interface Device {
  /** "Firefox on Windows", "Safari on iPhone", "Googlebot", "Unknown device". */
  readonly name: string;
  /** "Firefox". Null: not known. */
  readonly browser: string | null;
  /** "Windows"; of Apple's mobile devices the device itself: "iPhone". Null: not known. */
  readonly os: string | null;
  readonly kind: "desktop" | "mobile" | "tablet" | "tv" | "bot" | "unknown";
}

/** What a client without a user agent is, and one with a user agent that says nothing. */
const UNKNOWN: Device = { name: "Unknown device", browser: null, os: null, kind: "unknown" };

// No browser sends as much. Apps that write their name into a browser's user agent stay below it,
// and a parser made of regular expressions is never given what could keep it busy.
const LONGEST = 1_024;

// Where a parser knows no name it gives what the client wrote. So only names that are its own pass.
const BROWSERS: ReadonlySet<string> = new Set(Object.values(Bowser.BROWSER_MAP));
const SYSTEMS: ReadonlySet<string> = new Set(Object.values(Bowser.OS_MAP));
const KINDS: ReadonlySet<string> = new Set(["desktop", "mobile", "tablet", "tv", "bot"]);

/** Names that read better in a list. */
const SHORTER: ReadonlyMap<string, string> = new Map([
  ["Microsoft Edge", "Edge"],
  ["Samsung Internet for Android", "Samsung Internet"],
  ["NAVER Whale Browser", "Naver Whale"],
  ["Chrome OS", "ChromeOS"],
]);

const APPLE: ReadonlyMap<string, string> = new Map(
  ["iPhone", "iPad", "iPod"].map((name) => [name.toLowerCase(), name]),
);

/** A name for a list of devices: "Firefox on Windows", or "Unknown device". Nothing of it is the client's own text. */
export function deviceName(userAgent: string | null): string {
  return describeDevice(userAgent).name;
}

/**
 * What the user agent says of itself, which anybody can make it say: it is for a person to recognize
 * a device by, and proves nothing. An iPad that asks for desktop pages passes for a Mac.
 */
export function describeDevice(userAgent: string | null): Device {
  const parsed = parse(userAgent);
  if (parsed === null) return UNKNOWN;
  const browser = known(BROWSERS, parsed.browser.name);
  const os =
    APPLE.get(parsed.platform.model?.toLowerCase() ?? "") ?? known(SYSTEMS, parsed.os.name);
  const kind = known(KINDS, parsed.platform.type) as Device["kind"] | null;
  return { name: nameOf(browser, os), browser, os, kind: kind ?? "unknown" };
}

function parse(userAgent: string | null): Bowser.Parser.ParsedResult | null {
  const text = userAgent?.slice(0, LONGEST) ?? "";
  if (text.trim() === "") return null;
  try {
    return Bowser.parse(text);
  } catch {
    // A name for a list is not worth failing the list.
    return null;
  }
}

function known(names: ReadonlySet<string>, name: string | undefined): string | null {
  if (name === undefined || !names.has(name)) return null;
  return SHORTER.get(name) ?? name;
}

function nameOf(browser: string | null, os: string | null): string {
  if (browser === null) return os ?? UNKNOWN.name;
  // "Android Browser on Android", "Roku on Roku".
  return os === null || browser.startsWith(os) ? browser : `${browser} on ${os}`;
}
