import { createSessions, type Sessions } from "@sojourn/core";
import { workers } from "@sojourn/edge";
import { sqlStore } from "@sojourn/sql";
import { d1, type D1Binding } from "@sojourn/sql/sqlite";

declare const SECRET: string;

/** No database: whom no cookie announces asks for none. */
const none: D1Binding = {
  prepare: () => fail(),
  batch: () => fail(),
};

function fail(): never {
  throw new Error("The database was asked.");
}

let ready: Sessions | undefined;

export default workers(
  (env: { DB?: D1Binding }) => {
    ready ??= createSessions({ store: sqlStore(d1(env.DB ?? none)), secret: SECRET });
    return ready;
  },
  async (_request, { session }) => new Response((await session.get())?.userId ?? "nobody"),
);
