import { until } from "@sojourn/servers";
import type { Peer } from "../http/peers.ts";
import type { Server } from "../http/server.ts";
import { check } from "../operation.ts";
import { createVisitor, type Visitor } from "./visitor.ts";

/** What is tried at every server. */
export interface Race {
  readonly name: string;
  /** What happened, and whether that is as it should be. Undefined: it cannot be tried here. */
  run(server: Server, peer: Peer, atOnce: number): Promise<Outcome | undefined>;
}

export interface Outcome {
  readonly what: string;
  readonly survived: boolean;
}

const LIMIT = 5;

let users = 0;

async function signIn({ port }: Server, cookie?: string): Promise<Visitor> {
  const visitor = createVisitor(port, `racer${users++}`, cookie);
  check((await visitor.post(`/login/${visitor.browser.user}`)).status === 200);
  return visitor;
}

async function held(server: Server, count: number): Promise<void> {
  await until(
    `${count} requests are held back`,
    async () => (await server.ask("report")).waiting === count,
  );
}

function yesOrNo(survived: boolean, yes = "yes", no = "no"): Outcome {
  return { what: survived ? yes : no, survived };
}

export const RACES: readonly Race[] = [
  {
    name: "writes to different keys that are kept",
    async run(server, { lacks }, atOnce) {
      if (lacks?.includes("write")) return undefined;
      const visitor = await signIn(server);
      // All have read the session before any of them writes.
      const writes = Array.from({ length: atOnce }, (_, i) => visitor.copy().post(`/slow/k${i}`));
      await held(server, atOnce);
      await server.ask("release");
      // Without a store the cookie that comes last is the session.
      for (const answer of await Promise.all(writes)) visitor.browser.take(answer);
      const kept = Number((await visitor.get("/keys")).body);
      return { what: `${kept} of ${atOnce}`, survived: kept === atOnce };
    },
  },
  {
    name: "additions to one number that are kept, of those that succeeded",
    async run(server, { lacks, add = "/count" }, atOnce) {
      if (lacks?.includes("write")) return undefined;
      const visitor = await signIn(server);
      const writes = Array.from({ length: atOnce }, () => visitor.copy().post(add));
      const answers = await Promise.all(writes);
      for (const answer of answers) visitor.browser.take(answer);
      const acknowledged = answers.filter(({ status }) => status === 200).length;
      const kept = Number((await visitor.get("/me")).body.split(" ")[1]);
      return { what: `${kept} of ${acknowledged}`, survived: kept === acknowledged };
    },
  },
  {
    name: "stays signed out, though a slow request writes after the logout",
    async run(server, { lacks }) {
      if (lacks?.includes("write")) return undefined;
      const visitor = await signIn(server);
      const slow = visitor.copy();
      const answer = slow.post("/slow/k0");
      await held(server, 1);
      const copy = visitor.copy();
      check((await visitor.post("/logout")).status === 200);
      await server.ask("release");
      await answer;
      const all = await Promise.all([copy.whoAmI(), slow.whoAmI(), visitor.whoAmI()]);
      return yesOrNo(all.every((who) => who === "nobody"));
    },
  },
  {
    name: "a copied cookie opens nothing after the logout",
    async run(server) {
      const visitor = await signIn(server);
      const thief = visitor.copy();
      check((await thief.whoAmI()) === visitor.browser.user);
      check((await visitor.post("/logout")).status === 200);
      return yesOrNo((await thief.whoAmI()) === "nobody");
    },
  },
  {
    name: "fixation: a cookie planted before the login opens nothing after it",
    async run(server, { lacks }) {
      const attacker = createVisitor(server.port, "attacker");
      if (lacks?.includes("write")) await attacker.get("/me");
      else await attacker.post("/set/k0");
      const planted = attacker.browser.cookie;
      await signIn(server, planted);
      if (planted === undefined) return yesOrNo(true, "yes: there is none before a login");
      const { status, body } = await attacker.copy().get("/me");
      return yesOrNo(status !== 200 || body === "nobody");
    },
  },
  {
    name: "the cookie from before a second login opens nothing",
    async run(server) {
      const visitor = await signIn(server);
      const earlier = visitor.copy();
      check((await visitor.post(`/login/${visitor.browser.user}`)).status === 200);
      return yesOrNo((await earlier.whoAmI()) === "nobody");
    },
  },
  {
    name: `a limit of ${LIMIT} sessions a user holds under logins at once`,
    async run({ port }, { kind }, atOnce) {
      if (kind !== "ours") return { what: "there is no limit", survived: false };
      const user = `racer${users++}`;
      const visitors = Array.from({ length: atOnce }, () => createVisitor(port, user));
      await Promise.all(visitors.map((visitor) => visitor.post(`/login/${user}`)));
      const who = await Promise.all(visitors.map((visitor) => visitor.whoAmI()));
      const open = who.filter((one) => one === user).length;
      return { what: `${open} open`, survived: open === LIMIT };
    },
  },
];
