import { createSessions, type Sessions } from "@sojourn/core";
import { memoryStore } from "@sojourn/memory";
import { telemetry } from "@sojourn/otel";

const { onEvent, observe } = telemetry({ attributes: { app: "shop" } });
const store = observe(memoryStore());

export const sessions: Sessions = createSessions({ store, secret: "secret", onEvent });

// @ts-expect-error It cannot be misspelt.
telemetry({ sessionID: true });
