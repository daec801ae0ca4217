// A session's life without HTTP. Whatever carries tokens for you (a WebSocket, a game's protocol) can
// do it like this, and an adapter does nothing else.
import { createSessions, type Session } from "@sojourn/core";
import { memoryStore } from "@sojourn/memory";
import { randomBytes } from "node:crypto";
import * as v from "valibot";

// So that an hour passes at once. Outside of tests and stories, leave `clock` out.
const HOUR = 3_600_000;
let now = Date.now();
const clock = { now: () => now, sleep: () => Promise.resolve() };

const sessions = createSessions({
  store: memoryStore(),
  secret: randomBytes(32).toString("base64"),
  data: v.object({ basket: v.optional(v.array(v.string()), []) }),
  timeouts: { idle: "1h", absolute: "24h" },
  clock,
});

function tell(what: string, session: Session<{ basket: string[] }> | null): void {
  const who = session
    ? `${session.userId ?? "somebody"}, ${session.data.basket.join(", ")}`
    : "nobody";
  console.log(`${what.padEnd(44)} ${who}`);
}

// A visitor. The token is what the client keeps; the store holds nothing that could be made into one.
const visit = await sessions.create({ basket: ["socks"] });
tell("A visitor comes", visit.session);

// Logging in makes a new session. What crosses over is named, and the old token is dead.
const login = await sessions.login("ada", { from: visit.session, carry: ["basket"] });
tell("She logs in", login.session);
tell("The token from before opens", await sessions.open(visit.token));

// A later message brings the token. Changes are saved by `commit`, or at once by `update`.
const session = await sessions.open(login.token);
if (session === null) throw new Error("The token of a moment ago opens nothing.");
session.data.basket.push("tea");
await sessions.commit(session);
await session.update((data) => data.basket.push("jam"));
tell("She fills her basket", await sessions.open(login.token));

// Her telephone.
now += HOUR / 2;
const phone = await sessions.login("ada");
const { sessions: list } = await sessions.list("ada");
console.log(`She has ${list.length} sessions, and ends the one on the telephone.`);
await sessions.revoke("ada", phone.session.handle);
tell("The telephone's token opens", await sessions.open(phone.token));

// A new password: the secret changes in place, and every copy of the old token is dead.
const { token } = await sessions.rotate(session);
tell("After a rotation the old token opens", await sessions.open(login.token));
tell("and the new one", await sessions.open(token ?? ""));

// Looking is not activity: after an hour of nothing but looking, the session is over.
now += HOUR / 2;
tell("Half an hour later somebody looks", await sessions.peek(token ?? ""));
now += HOUR / 2;
tell("Another half hour later the token opens", await sessions.open(token ?? ""));
