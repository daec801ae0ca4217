import {
  ConfigurationError,
  createSessions,
  type RequestSession,
  type Sessions,
  SojournError,
  type Store,
} from "@sojourn/core";
import type { StandardSchemaV1 } from "@standard-schema/spec";

declare const store: Store;

declare const Basket: StandardSchemaV1<unknown, { basket: string[] }>;

export const sessions: Sessions<{ basket: string[] }> = createSessions({
  store,
  secret: "secret",
  data: Basket,
  timeouts: { idle: "30m", absolute: "12h" },
  maxPerUser: 5,
  onLimit: "refuse",
  onEvent(event) {
    if (event.type === "session_renewed") console.log(event.handle);
  },
});

export const app: (request: Request) => Promise<Response> = sessions.fetch(
  async (_request, { session }) => {
    const user = await session.login("ada", { carry: ["basket"] });
    user.data.basket.push("tea");
    // @ts-expect-error The data's types are there, and are not `any`.
    user.data.basket.push(1);
    return Response.json(await session.update((data) => data.basket));
  },
);

export async function byHand(session: RequestSession): Promise<string | null> {
  const { token } = await sessions.login("ada");
  await sessions.revokeAll("ada");
  await session.logout();
  return (await sessions.open(token))?.userId ?? null;
}

export function sentence(error: unknown): string {
  if (error instanceof ConfigurationError) return error.message;
  return error instanceof SojournError ? error.code : "unknown";
}

// @ts-expect-error It cannot be misspelt.
void sessions.fetsh;
