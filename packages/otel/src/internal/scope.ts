/** The instrumentation scope: who measured. */
export const SCOPE = "@sojourn/otel";

export const VERSION = "0.1.0";
