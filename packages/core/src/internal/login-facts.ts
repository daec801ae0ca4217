import { plainText } from "../client.ts";
import { ConfigurationError, type Freshness } from "../errors.ts";
import type { Aal } from "../events.ts";
import type { Engine } from "./engine.ts";
import { type Facts, NO_FACTS } from "./facts.ts";

/** What somebody's authentication was, as the application says. */
export interface Authentication {
  readonly aal?: Aal | undefined;
  readonly factors?: readonly string[] | undefined;
}

const LONGEST_LABEL = 64;
const MOST_FACTORS = 8;
const FACTOR = /^[\w.:+-]{1,32}$/;

/** Checked: without a word of the application, the weakest (ASVS 6.8.4). */
export function authenticationFacts(given: Authentication): Pick<Facts, "aal" | "factors"> {
  const { aal = 1, factors = [] } = given;
  if (![1, 2, 3].includes(aal)) {
    throw new ConfigurationError("aal is 1, 2 or 3 (NIST SP 800-63B-4).");
  }
  const valid =
    Array.isArray(factors) &&
    factors.length <= MOST_FACTORS &&
    factors.every((factor) => typeof factor === "string" && FACTOR.test(factor));
  if (!valid) {
    throw new ConfigurationError(
      `factors is a list of at most ${MOST_FACTORS} short names, such as ["pwd", "otp"] (RFC 8176).`,
    );
  }
  return { aal, factors: [...factors] };
}

/**
 * When the authentication began. Identity providers' clocks may be ahead; what lies in the future counts
 * from now, or it would be fresh for too long and outlive a revocation.
 */
export function authenticationTime({ clock }: Engine, given: number): number {
  if (typeof given === "number" && Number.isFinite(given)) return Math.min(given, clock.now());
  throw new ConfigurationError(
    "authenticatedAt is a time in ms since the epoch. Of an ID token that is auth_time * 1000; " +
      "without one, leave the option out only if the user has authenticated just now.",
  );
}

/** A condition that was misspelt must not hold for everyone. */
export function checkFreshness(freshness: Freshness): Freshness {
  const { maxAge, aal } = freshness;
  const valid =
    (maxAge !== undefined || aal !== undefined) &&
    (maxAge === undefined || (Number.isFinite(maxAge) && maxAge >= 0)) &&
    (aal === undefined || [1, 2, 3].includes(aal));
  if (valid) return freshness;
  throw new ConfigurationError(
    "Freshness is { maxAge } in ms, { aal } of 1 to 3 (NIST SP 800-63B-4), or both.",
  );
}

/** Somebody else's name for a session: of lone surrogates several would be one. */
export function checkedReference(reference: string): string {
  if (typeof reference === "string" && reference !== "" && reference.isWellFormed()) {
    return reference;
  }
  throw new ConfigurationError(
    "A reference is a non-empty text of well-formed Unicode: oidcReference({ issuer, sid }).",
  );
}

export function loginFacts(
  engine: Engine,
  given: Authentication & {
    readonly label?: string | undefined;
    readonly impersonator?: string | undefined;
  },
): Facts {
  const { label, impersonator } = given;
  if (impersonator !== undefined) {
    // Throws where it can be nobody's id.
    engine.partitionOf(impersonator);
    if (!engine.impersonation) {
      throw new ConfigurationError(
        "A login with an impersonator needs the option impersonation: true, so that whoever enables it knows.",
      );
    }
  }
  return {
    ...NO_FACTS,
    ...authenticationFacts(given),
    label: label === undefined ? null : checkedLabel(label),
    impersonator: impersonator ?? null,
  };
}

/** A label is shown to its user: at most 64 characters, none that could forge a line. */
export function checkedLabel(label: string): string {
  if (typeof label === "string" && label.trim() !== "" && label.length <= LONGEST_LABEL) {
    return plainText(label);
  }
  throw new ConfigurationError(`A session's label is a text of 1 to ${LONGEST_LABEL} characters.`);
}
