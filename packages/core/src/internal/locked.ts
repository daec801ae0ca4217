import { ReauthenticationRequiredError } from "../errors.ts";
import type { LockedSession } from "../request-session.ts";
import type { UserSession } from "../session.ts";
import type { Engine, WaitUntil } from "./engine.ts";
import type { Live } from "./live.ts";
import { noteActivity } from "./load.ts";
import { reauthenticate, reopen } from "./reauthenticate.ts";

/** What may be done with a session that waits for its user. Null: it does not wait. */
export function lockedSession<Data extends object>(
  engine: Engine,
  live: Live | null,
  face: (live: Live) => UserSession<Data>,
  waitUntil?: WaitUntil,
): LockedSession<Data> | null {
  if (live === null || live.lock === null) return null;
  const { lock: reason } = live;
  const { handle, userId } = live.record as { handle: string; userId: string };

  function opened(): UserSession<Data> {
    noteActivity(engine, live as Live, waitUntil);
    return face(live as Live);
  }

  return {
    handle,
    userId,
    reason,
    async reopen() {
      if (reason !== "idle") throw new ReauthenticationRequiredError(reason);
      await reopen(engine, live);
      return opened();
    },
    async reauthenticate(authentication) {
      await reauthenticate(engine, live, authentication);
      return opened();
    },
  };
}
