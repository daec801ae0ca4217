import { createSessions, type Session, type Sessions, UnauthenticatedError } from "@sojourn/core";
import { memoryStore } from "@sojourn/memory";
import { fakeClock, signedInClient, type TestClient } from "@sojourn/testing";
import { describe, expect, onTestFinished, test } from "vitest";
import type { Given } from "../src/index.ts";

const SECRET = "q8Jw0cVnT2xZr5LhYb7Kd4sFm9PgAe1uXo3iNvRjWtE=";
const SIGNED_OUT = 4001;

/** Another host's pages, whose sockets bring a ticket. */
const PAGES = "https://pages.test";

/** What all platforms' sockets have. */
export type Socket = Pick<WebSocket, "send" | "close" | "addEventListener" | "readyState">;

type Headers = Readonly<Record<string, string>>;

export interface SocketServer {
  /** What its pages' sockets send as Origin. */
  readonly origin: string;
  /** Where a browser keeps Secure cookies for it: https, or localhost. */
  readonly site: string;
  fetch(request: Request): Promise<Response>;
  /** Opens a socket; `onSocket` gets it before anything has happened to it. Null: it was declined. */
  open(
    path: string,
    headers: Headers,
    onSocket: (socket: Socket) => void,
  ): Socket | null | Promise<Socket | null>;
  close(): Promise<unknown> | void;
}

/** The part of the application that is the same everywhere: a user's pages, and who may open a socket. */
export async function admit(
  request: Request,
  { session, sessions, client }: Given<Record<string, unknown>>,
): Promise<{ readonly page: Response } | { readonly user: Session }> {
  const { pathname, searchParams } = new URL(request.url);
  if (request.headers.has("Upgrade")) {
    const ticket = searchParams.get("ticket");
    if (ticket === null) {
      const user = await session.requireUser();
      // Before there is a socket: that the request is over then must not end the watch.
      expect(user.signal.aborted).toBe(false);
      return { user };
    }
    const user = await sessions.openTicket(ticket, { client });
    if (user === null) throw new UnauthenticatedError();
    return { user };
  }
  const user = await session.requireUser();
  if (pathname === "/logout") await session.logout();
  if (pathname === "/rotate") await user.rotate();
  return { page: new Response(pathname === "/ticket" ? user.ticket() : user.userId) };
}

/** A socket that is open greets its user, and closes when the session ends. */
export function greet(socket: Pick<Socket, "send" | "close">, user: Session): void {
  socket.send(user.userId ?? "");
  user.signal.addEventListener("abort", () => socket.close(SIGNED_OUT), { once: true });
}

function followed(socket: Socket) {
  const greeting = Promise.withResolvers<string>();
  const closed = Promise.withResolvers<number>();
  socket.addEventListener("message", ({ data }) => greeting.resolve(String(data)));
  socket.addEventListener("close", ({ code }) => {
    greeting.reject(new Error("not opened"));
    closed.resolve(code);
  });
  // Told by "close" as well.
  socket.addEventListener("error", () => greeting.reject(new Error("not opened")));
  greeting.promise.catch(() => {});
  return { greeting: greeting.promise, closed: closed.promise };
}

/** Real sockets of a platform, and what becomes of them. */
export function testSockets(
  name: string,
  serve: (sessions: Sessions) => SocketServer | Promise<SocketServer>,
): void {
  async function world() {
    const clock = fakeClock();
    const options = { store: memoryStore(), secret: SECRET, clock, onWarning: () => {} };
    const csrf = { allowedOrigins: [PAGES] };
    const sessions = createSessions({ ...options, csrf });
    const server = await serve(sessions);
    onTestFinished(async () => void (await server.close()));

    async function open(path: string, headers: Headers) {
      let followedSocket = {
        greeting: Promise.reject<string>(new Error("declined")),
      } as ReturnType<typeof followed>;
      followedSocket.greeting.catch(() => {});
      const socket = await server.open(path, headers, (given) => {
        followedSocket = followed(given);
      });
      return { ...followedSocket, socket };
    }

    return {
      clock,
      sessions,
      process: () => createSessions(options),
      signIn: () =>
        signedInClient(sessions, "ada", (request) => server.fetch(request), {
          origin: server.site,
        }),
      open: (browser: TestClient, headers: Headers = {}) =>
        open("/", { Origin: server.origin, Cookie: browser.cookieHeader() ?? "", ...headers }),
      openWith: (ticket: string, from = PAGES) => open(`/?ticket=${ticket}`, { Origin: from }),
      stranger: () => open("/", { Origin: server.origin }),
      /** Nobody looks at a session any more. */
      atRest: () => expect.poll(() => clock.sleeping, { interval: 5, timeout: 5_000 }).toBe(0),
    };
  }

  describe(name, () => {
    test("a socket opens for who is signed in, on this site's pages", async () => {
      const { signIn, open, stranger, atRest } = await world();
      const browser = await signIn();
      expect(await (await open(browser)).greeting).toBe("ada");
      for (const declined of [
        await stranger(),
        await open(browser, { Origin: "https://evil.test" }),
        await open(browser, { "Sec-Fetch-Site": "cross-site" }),
      ]) {
        await expect(declined.greeting).rejects.toThrow();
      }
      await browser.get("/logout");
      await atRest();
    });

    interface Around {
      readonly browser: TestClient;
      readonly there: Sessions;
      readonly handle: string;
    }
    const endings: Record<string, (around: Around) => Promise<unknown>> = {
      "a logout by another request": ({ browser }) => browser.get("/logout"),
      "a rotation by another request": ({ browser }) => browser.get("/rotate"),
      "a revocation in another process": ({ there, handle }) => there.revoke("ada", handle),
    };

    test.each(Object.keys(endings))("it closes at once, with a code: %s (J5)", async (ending) => {
      const { signIn, open, sessions, process, atRest } = await world();
      const browser = await signIn();
      const [session] = (await sessions.list("ada")).sessions;
      const handle = session?.handle as string;
      const ada = await open(browser);
      await ada.greeting;
      const other = await open(await signIn());
      await other.greeting;
      await sessions.drain();
      await endings[ending]?.({ browser, there: process(), handle });
      expect(await ada.closed).toBe(SIGNED_OUT);
      expect(other.socket?.readyState).toBe(1);
      other.socket?.close();
      await atRest();
    });

    test("it outlives renewals, and its own handshake makes none", async () => {
      const { signIn, open, sessions, clock } = await world();
      const browser = await signIn();
      const before = browser.cookieHeader();
      await clock.advance(16 * 60_000);
      const { greeting, socket } = await open(browser);
      await greeting;
      await browser.get("/");
      expect(browser.cookieHeader()).not.toBe(before);
      await browser.get("/");
      await clock.advance(60_000);
      await sessions.drain();
      expect(socket?.readyState).toBe(1);
    });

    test("when its client closes it, nobody looks any more", async () => {
      const { signIn, open, clock, atRest } = await world();
      const { greeting, socket } = await open(await signIn());
      await greeting;
      expect(clock.sleeping).toBe(1);
      socket?.close();
      await atRest();
    });

    test("a ticket opens one, without a cookie, which ends with its session (ASVS 4.4.3)", async () => {
      const { signIn, openWith, atRest } = await world();
      const browser = await signIn();
      const ticketed = async () => (await browser.get("/ticket")).text();
      const ticket = await ticketed();
      const foreign = await openWith(ticket, "https://evil.test");
      await expect(foreign.greeting).rejects.toThrow();
      const ada = await openWith(ticket);
      expect(await ada.greeting).toBe("ada");
      await expect((await openWith(ticket)).greeting).rejects.toThrow();
      const unused = await ticketed();
      await browser.get("/logout");
      expect(await ada.closed).toBe(SIGNED_OUT);
      await expect((await openWith(unused)).greeting).rejects.toThrow();
      await atRest();
    });
  });
}
