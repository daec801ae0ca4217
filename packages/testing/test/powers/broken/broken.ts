import { StoreUnavailableError } from "@sojourn/core";
import type { PowerFactory } from "@sojourn/testing/suites";

/** A power with one defect. */
export interface BrokenPower<Power> {
  readonly defect: string;
  /** The case that must reject it, by how its title begins. */
  readonly rejectedBy: string;
  readonly factory: PowerFactory<Power>;
}

/** Whatever else may be under way happens before it resolves. */
export function pause(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve));
}

export const FAILURES: readonly string[] = [
  "invariant 8: a backend that is away",
  "invariant 8: a backend that does not answer",
];

/** The answer, or this one in the place of an unreachable backend's error. */
export function otherwise<T>(answer: Promise<T>, fallback: T): Promise<T> {
  return answer.catch((error: unknown) => {
    if (error instanceof StoreUnavailableError) return fallback;
    throw error;
  });
}

/** The right answer, but a refused text gets this one. */
export function unrefused<T>(answer: Promise<T>, fallback: T): Promise<T> {
  return answer.catch((error: unknown) => {
    if (error instanceof StoreUnavailableError) throw error;
    return fallback;
  });
}

/** What else a name may be taken for, by how. */
export const MISTAKEN: Readonly<Record<string, (name: string) => string>> = {
  "does not tell small letters from capitals": (name) => name.toLowerCase(),
  "ignores spaces at the end": (name) => name.trimEnd(),
  "ignores how a letter is composed": (name) => name.normalize(),
  "ends a name at U+0000": (name) => name.split("\u0000")[0] as string,
  "cuts long names off": (name) => name.slice(0, 255),
  "takes braces for a hash tag": (name) => /\{(.+?)\}/.exec(name)?.[1] ?? name,
  "takes a name for a pattern": (name) => name.replace(/[*?]$/u, "me").replace("mm", "m"),
};
