import { createSessions, type Sessions, type Store, type TimeoutOptions } from "@sojourn/core";
import * as v from "valibot";

/** A basket, and whatever `POST /set` adds. */
export const LoginData = v.looseObject({ basket: v.optional(v.array(v.string()), []) });

export type LoginData = v.InferOutput<typeof LoginData>;

/** Made apart from the application, because the server waits for it (`drain`) before it ends. */
export function createLoginSessions(options: {
  readonly store: Store;
  readonly secret: string;
  readonly timeouts: TimeoutOptions;
}): Sessions<LoginData> {
  const { store, secret, timeouts } = options;
  return createSessions({ store, secret, timeouts, data: LoginData });
}
