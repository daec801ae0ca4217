import { ConfigurationError } from "@sojourn/core";
import type { TelemetryOptions } from "../telemetry.ts";

type Check = readonly [what: string, fits: (value: unknown) => boolean];

const CHECKS: Readonly<Record<keyof TelemetryOptions, Check>> = {
  meterProvider: ["a MeterProvider, or leave it out for the registered one", has("getMeter")],
  tracerProvider: ["a TracerProvider, or leave it out for the registered one", has("getTracer")],
  attributes: ['an object such as { "app.area": "shop" }, of texts, numbers and truths', isFlat],
  sessionId: ["true or false", (value) => typeof value === "boolean"],
  onEvent: ["a function", (value) => typeof value === "function"],
};

/** Throws a `ConfigurationError` that names the option and says what it takes. */
export function checkOptions(options: TelemetryOptions): void {
  if (typeof options !== "object" || options === null) {
    throw new ConfigurationError("telemetry: give an object of options, or nothing.");
  }
  for (const [name, value] of Object.entries(options)) {
    if (!Object.hasOwn(CHECKS, name)) {
      const names = Object.keys(CHECKS).join(", ");
      throw new ConfigurationError(`telemetry: there is no option ${name}. Options: ${names}.`);
    }
    const [what, fits] = CHECKS[name as keyof TelemetryOptions];
    if (value !== undefined && !fits(value)) {
      throw new ConfigurationError(`telemetry: option ${name}: give it ${what}.`);
    }
  }
}

export function checkStore(store: unknown): void {
  if (has("read", "create", "update")(store)) return;
  throw new ConfigurationError("observe: give it a store, such as memoryStore().");
}

function has(...methods: readonly string[]): (value: unknown) => boolean {
  return (value) =>
    methods.every(
      (name) => typeof (value as Record<string, unknown> | null)?.[name] === "function",
    );
}

function isFlat(value: unknown): boolean {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return false;
  return Object.values(value).every((one) => ["string", "number", "boolean"].includes(typeof one));
}
