import { type Channel, ConfigurationError } from "@sojourn/core";

const OPTIONS = [
  "isAdmin",
  "readOnly",
  "title",
  "onEvent",
  "onRevoke",
  "countSessions",
  "shared",
  "namespace",
  "clock",
];

interface Checked {
  readonly readOnly: boolean;
  readonly title: string;
  readonly namespace: string;
  /** Null: this process tells of itself only. */
  readonly channel: Channel | null;
}

/** Throws a `ConfigurationError` that names the remedy. */
export function checked(options: object): Checked {
  const given = (options ?? {}) as Readonly<Record<string, unknown>>;
  for (const name of Object.keys(given)) {
    check(
      OPTIONS.includes(name),
      `there is no option ${name.slice(0, 40)}. Options: ${OPTIONS.join(", ")}.`,
    );
  }
  const { readOnly = false, title = "Sessions", namespace = "", shared } = given;
  check(
    typeof given.isAdmin === "function",
    "it shows every user's sessions, and needs to know for whom. Give isAdmin: (request) => true for an operator's request, false for all others.",
  );
  for (const name of ["onEvent", "onRevoke", "countSessions"]) {
    const value = given[name];
    check(
      value === undefined || typeof value === "function",
      `${name}: write a function, or leave it out.`,
    );
  }
  check(typeof readOnly === "boolean", "readOnly: write true or false.");
  check(
    typeof title === "string" && title !== "" && title.length <= 64,
    "title: write up to 64 characters.",
  );
  // A topic is a name, of 256 bytes at most.
  check(
    typeof namespace === "string" && /^[\w.:-]{0,128}$/.test(namespace),
    'namespace: write up to 128 letters, digits, ".", ":", "_" or "-".',
  );
  const channel = (shared as { channel?: Channel } | null | undefined)?.channel ?? null;
  check(
    shared === undefined || channel !== null,
    "shared has no `channel`. Give the powers of a store that has one (memory, Redis), or leave it out: each process then tells of itself.",
  );
  return {
    readOnly: readOnly as boolean,
    title: title as string,
    namespace: namespace as string,
    channel,
  };
}

function check(holds: boolean, sentence: string): void {
  if (!holds) throw new ConfigurationError(`dashboard: ${sentence}`);
}
