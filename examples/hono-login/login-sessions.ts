import { createSessions, type Sessions, type Store, type TimeoutOptions } from "@sojourn/core";
import type { Dashboard } from "@sojourn/dashboard";
import { churn, guessing, hijacking, newDevice, watch } from "@sojourn/watch";
import * as v from "valibot";
import { sharedBy } from "./kept.ts";

/** A basket, what a page is to say once, and whatever `POST /set` adds. */
export const LoginData = v.looseObject({
  basket: v.optional(v.array(v.string()), []),
  notice: v.optional(v.string()),
});

export type LoginData = v.InferOutput<typeof LoginData>;

/** Made apart from the application, because the server waits for it (`drain`) before it ends. */
export function createLoginSessions(options: {
  readonly store: Store;
  readonly secret: string;
  readonly timeouts: TimeoutOptions;
  /** Counts what happens, and lists and ends what is there. */
  readonly board: Pick<Dashboard, "onEvent" | "store" | "use">;
}): Sessions<LoginData> {
  const { store, secret, timeouts, board } = options;
  const shared = sharedBy(store);
  const { onEvent, throttle, use } = watch({
    detectors: [hijacking(), newDevice(), guessing(), churn()],
    // Of several servers on one Redis, one tells of an attack that all of them see.
    shared,
    onEvent: board.onEvent,
  });
  return board.use(
    use(
      createSessions({
        store: board.store(store),
        secret,
        timeouts,
        data: LoginData,
        maxPerUser: 10,
        // Redis tells other servers by itself. A file does not, and to look into it costs little.
        revalidate: shared ? "30s" : "1s",
        onEvent,
        throttle,
      }),
    ),
  );
}
