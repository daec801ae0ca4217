import { createSessions, type Sessions, type Store, type TimeoutOptions } from "@sojourn/core";
import { churn, guessing, hijacking, newDevice, watch } from "@sojourn/watch";
import * as v from "valibot";
import type { News } from "./news.ts";

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
  readonly news: News;
}): Sessions<LoginData> {
  const { store, secret, timeouts, news } = options;
  const tells = store.powers?.channel !== undefined;
  const { onEvent, throttle, use } = watch({
    detectors: [hijacking(), newDevice(), guessing(), churn()],
    // Of several servers on one Redis, one tells of an attack that all of them see.
    shared: tells ? store.powers : undefined,
    onEvent: (event) => news.hear(event),
  });
  return use(
    createSessions({
      store,
      secret,
      timeouts,
      data: LoginData,
      maxPerUser: 10,
      // Redis tells other servers by itself. A file does not, and to look into it costs little.
      revalidate: tells ? "30s" : "1s",
      onEvent,
      throttle,
    }),
  );
}
