import { plainText } from "../client.ts";
import { ConfigurationError } from "../errors.ts";
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

export function loginFacts(
  engine: Engine,
  given: Authentication & {
    readonly label?: string | undefined;
    readonly impersonator?: string | undefined;
  },
): Facts {
  const { label, impersonator } = given;
  // Throws where it can be nobody's id.
  if (impersonator !== undefined) engine.partitionOf(impersonator);
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
