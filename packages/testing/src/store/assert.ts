/**
 * The suite's own assertions, so that its cases run under any test runner, or none. `expected` and
 * `actual` are where a runner finds what to show a difference of.
 */
export class ContractViolation extends Error {
  override readonly name = "ContractViolation";
  readonly expected: unknown;
  readonly actual: unknown;

  constructor(message: string, expected: unknown, actual: unknown) {
    super(message);
    this.expected = expected;
    this.actual = actual;
  }
}

export function same(actual: unknown, expected: unknown, what: string): void {
  if (show(actual) === show(expected)) return;
  throw new ContractViolation(
    `${what}: expected ${brief(expected)}, got ${brief(actual)}`,
    expected,
    actual,
  );
}

export function check(condition: boolean, what: string): asserts condition {
  if (!condition) throw new ContractViolation(what, true, false);
}

/** The call must reject, and with this error. */
export async function checkRejects(
  call: () => Promise<unknown>,
  error: abstract new (...args: never[]) => Error,
  what: string,
): Promise<void> {
  const settled = await call().then(
    (value) => ({ value }),
    (reason: unknown) => ({ reason }),
  );
  if ("reason" in settled && settled.reason instanceof error) return;
  throw new ContractViolation(`${what} must reject with ${error.name}`, error.name, settled);
}

/** One text for values that are alike: keys in order, own keys only, whatever they are named. */
export function show(value: unknown): string {
  return JSON.stringify(value, (_key, inner: unknown) => {
    if (typeof inner === "number" && !Number.isFinite(inner)) return String(inner);
    if (typeof inner !== "object" || inner === null || Array.isArray(inner)) return inner;
    return Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)));
  });
}

function brief(value: unknown): string {
  const text = show(value) ?? "undefined";
  return text.length > 300 ? `${text.slice(0, 300)}...` : text;
}
