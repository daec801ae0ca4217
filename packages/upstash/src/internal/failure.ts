import { StoreUnavailableError } from "@sojourn/core";

/**
 * What Upstash says beyond what Redis does, and what to do about it.
 * https://upstash.com/docs/redis/troubleshooting/max_requests_limit and its neighbours
 */
const REFUSALS: readonly (readonly [RegExp, string])[] = [
  [
    /^WRONGPASS|^NOAUTH|unauthorized/i,
    "it does not know the token. Copy UPSTASH_REDIS_REST_TOKEN from the console (the password for " +
      "TCP is another).",
  ],
  [
    /^NOPERM/,
    "the token does not allow it. The read-only token does not do; of an ACL user the package's " +
      "README lists what it needs.",
  ],
  [
    /max (?:daily )?requests? limit/i,
    "the database has used up the requests of its plan. Take a larger plan.",
  ],
  [
    /max commands per second|too many requests|rate.?limit/i,
    "there were more commands in this second than the plan has. Take a larger plan.",
  ],
  [
    /max request size/i,
    "it is larger than the plan takes. Put less into sessions (`maxBytes`), or take a larger plan.",
  ],
  [
    /max (?:single )?(?:record|field|member|key) size/i,
    "a user's sessions together are larger than the plan takes. Put less into sessions (`maxBytes`).",
  ],
  [
    /capacity quota/i,
    "the database is full. Take a larger plan; do not turn eviction on, which ends sessions at random.",
  ],
];

/** An error that Upstash gave as its answer. So it has not run the command. */
export function answeredWith(text: string): Error {
  const [, refusal] = REFUSALS.find(([pattern]) => pattern.test(text)) ?? [];
  if (refusal !== undefined) {
    return new StoreUnavailableError(`Upstash refused the command: ${refusal}`);
  }
  // By its code the guard of @sojourn/redis knows it, and keeps nothing else of it.
  return new Error(text);
}

/**
 * What the client rejected with. Nothing of that is kept but a word that says why: it quotes the
 * command with all of its arguments, the answer, or the URL.
 */
export function failed(error: unknown): Error {
  const { name, message } = error instanceof Error ? error : { name: "", message: "" };
  const [, text] = /^(.*?), command was: /s.exec(message) ?? [];
  if (name === "UpstashError" && text !== undefined && text !== "undefined") {
    return answeredWith(text);
  }
  if (name.startsWith("Upstash") || error === undefined) {
    return new StoreUnavailableError(
      "Something that is not Upstash has answered, or the answer broke off. Whether the command was " +
        "run is not known. If it goes on, look at UPSTASH_REDIS_REST_URL, and at proxies on the way.",
    );
  }
  return Object.assign(new Error("The network failed."), { code: codeOf(error) });
}

/** Node's own, as ECONNREFUSED: `fetch` has it in the cause. */
function codeOf(error: unknown): unknown {
  const { code, cause } = error as { code?: unknown; cause?: { code?: unknown } };
  return cause?.code ?? code;
}
