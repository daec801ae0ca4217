import { createSessions, type Sessions, type TimeoutOptions } from "@sojourn/core";
import { memoryStore } from "@sojourn/memory";
import * as v from "valibot";

/** A basket, and whatever `POST /set` adds. */
export const LoginData = v.looseObject({ basket: v.optional(v.array(v.string()), []) });

export type LoginData = v.InferOutput<typeof LoginData>;

/** Made apart from the application, because the server waits for it (`drain`) before it ends. */
export function createLoginSessions(options: {
  readonly secret: string;
  readonly timeouts: TimeoutOptions;
}): Sessions<LoginData> {
  const { secret, timeouts } = options;
  // Bounded: without a limit, visitors who never come back could fill the memory.
  const store = memoryStore({ maxSessions: 100_000 });
  return createSessions({ store, secret, timeouts, data: LoginData });
}
