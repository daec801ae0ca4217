import { createSessions } from "@sojourn/core";
import { memoryStore } from "@sojourn/memory";

export interface Data {
  tries?: number;
}

export const sessions = createSessions<Data>({
  store: memoryStore(),
  secret: process.env.SESSION_SECRET,
});
