import { ConfigurationError } from "./errors.ts";
import { byteLength } from "./store.ts";

/** One secret, or a list: the first signs, all verify. */
export type Secrets = string | readonly string[];

const MIN_BYTES = 32;
const MAX_SECRETS = 8;

/**
 * Guessing a secret needs no request to the server, so a weak one is found in minutes (CVE-2024-52801
 * sftpgo). 112 bits are the least that NIST SP 800-131A still allows.
 */
const MIN_BITS = 112;
/** The estimate for 32 random hex digits, which are 128 bits, scatters widely: down to 76 in 10^7. */
const MIN_BITS_HEX = 56;

/** Seven letters in a row: not one secret in 10^8 that was made at random holds any of these. */
const PLACEHOLDER =
  /change.?(me|this|it)|replace.?(me|this)|keyboard.?cat|your.?(own.?)?(secret|session)|(super|top|my).?secret|passwor[dt]|example|default|development|placeholder|insecure|quick.?brown/i;
/** What people make secrets of. It counts for nothing; what is left has to be enough. */
const WORDS =
  /secret|session|cookie|token|key|auth|admin|user|login|server|local|prod|test|this|that|the|for|and|not|very|long|random|string|value|here/gi;
const KEYBOARD = "qwertyuiop asdfghjkl zxcvbnm 1qaz2wsx3edc4rfv5tgb";

/** The secrets as a list. A `ConfigurationError` says what is wrong, and never the secret. */
export function checkSecrets(secrets: Secrets | undefined): readonly string[] {
  const list: unknown = typeof secrets === "string" ? [secrets] : secrets;
  check(
    Array.isArray(list) && list.length > 0 && list.every((secret) => secret),
    "it is not set. Set SESSION_SECRET and write process.env.SESSION_SECRET; on Workers `wrangler secret put SESSION_SECRET` and c.env.SESSION_SECRET.",
  );
  check(
    list.length <= MAX_SECRETS && new Set(list).size === list.length,
    `list at most ${MAX_SECRETS}, each once.`,
  );
  for (const secret of list) {
    check(
      typeof secret === "string" && byteLength(secret) >= MIN_BYTES,
      `it is not a string of at least ${MIN_BYTES} bytes.`,
    );
    check(!looksGuessable(secret), "it looks guessable: words, a pattern or too few characters.");
  }
  return list;
}

function looksGuessable(secret: string): boolean {
  const needed = /^[\da-f]*$/i.test(secret) ? MIN_BITS_HEX : MIN_BITS;
  return PLACEHOLDER.test(secret) || estimateBits(secret) < needed;
}

/** Characters that nothing before them suggests, each worth what the characters in use allow. */
function estimateBits(secret: string): number {
  const rest = secret.replace(WORDS, "");
  const seen = new Set<string>();
  let surprises = 0;
  for (let i = 0; i < rest.length; i++) {
    const three = rest.slice(Math.max(0, i - 2), i + 1);
    const known = seen.has(three) || (i > 1 && KEYBOARD.includes(three.toLowerCase()));
    if (!known && !continues(rest, i, 1) && !continues(rest, i, 2)) surprises++;
    seen.add(three);
  }
  // ASCII without digits and capitals, or with spaces in it, is prose: less than 2 bits a character.
  const prose = /^[ -/:-@[-~]*$| \S/.test(secret);
  return surprises * (prose ? 2 : Math.log2(new Set(rest).size));
}

/** Whether the character goes on as the one before it did: "aaa", "abc", "321"; stride 2: "a1b2c3". */
function continues(text: string, at: number, stride: number): boolean {
  const step = text.charCodeAt(at) - text.charCodeAt(at - stride);
  return Math.abs(step) < 2 && step === text.charCodeAt(at - 1) - text.charCodeAt(at - 1 - stride);
}

function check(holds: boolean, message: string): asserts holds {
  if (!holds) {
    throw new ConfigurationError(
      `Option secret: ${message} Make one with \`openssl rand -base64 32\`.`,
    );
  }
}
