import type { Answer } from "./connection.ts";

/** What a browser keeps: the cookies, and what we know of the session that they open. */
export interface Browser {
  /** The Cookie header; undefined: none. */
  readonly cookie: string | undefined;
  readonly user: string;
  /** How often it was written to. */
  count: number;
  /** Takes the cookies of an answer. */
  take(answer: Answer): void;
}

export function createBrowser(user: string, cookies: Iterable<string> = []): Browser {
  const kept = new Map<string, string>();
  let cookie: string | undefined;

  function keep(given: Iterable<string>): void {
    for (const pair of given) {
      const at = pair.indexOf("=");
      // All that these servers delete they also empty.
      if (at === pair.length - 1) kept.delete(pair.slice(0, at));
      else kept.set(pair.slice(0, at), pair.slice(at + 1));
    }
    cookie = kept.size === 0 ? undefined : [...kept].map((each) => each.join("=")).join("; ");
  }

  keep(cookies);
  return {
    get cookie() {
      return cookie;
    },
    user,
    count: 0,
    take({ cookies: given }) {
      if (given.length > 0) keep(given);
    },
  };
}

const ALPHABET = "abcdefghijklmnopqrstuvwxyz0123456789";

/** A Cookie header that looks like this one, and that no server has ever given out. */
export function madeUp(cookie: string, salt: number): string {
  // The longest piece is what nobody can guess, or what proves it.
  return cookie.replace(/[^;]+/g, (pair) => {
    const [longest = ""] = [...(pair.split("=", 2)[1] ?? "").matchAll(/[\w-]+/g)]
      .map(([piece]) => piece)
      .toSorted((a, b) => b.length - a.length);
    const middle = Math.floor(longest.length / 2);
    const letters = Array.from({ length: 6 }, (_, i) => ALPHABET[(salt * 7 + i * 11) % 36]).join(
      "",
    );
    const other = longest.slice(0, middle - 3) + letters + longest.slice(middle + 3);
    return pair.replace(longest, other);
  });
}
