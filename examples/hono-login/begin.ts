import { getRequestListener } from "@hono/node-server";
import type { RequestListener } from "node:http";
import { createAdministration } from "./administration.ts";
import { createApp } from "./app.ts";
import type { Environment } from "./environment.ts";
import { keep } from "./kept.ts";
import { createLoginSessions } from "./login-sessions.ts";
import { createNews } from "./news.ts";
import { createPasswords } from "./passwords.ts";

export interface Begun {
  readonly listener: RequestListener;
  /** What has expired takes up room until it is swept. */
  sweep(): Promise<unknown>;
  /** Ends the streams of open pages, which no request under way would. */
  leave(): void;
  /** Once nothing is under way. */
  close(): Promise<void>;
}

/** All that serves, but for the server. Rejects with a `ConfigurationError` that names the remedy. */
export async function begin(settings: Environment): Promise<Begun> {
  const { timeouts } = settings;
  const { store, hashes, secret, countSessions, close } = await keep(settings);
  const news = await createNews(store);
  const board = createAdministration({ store, countSessions, news });
  const sessions = createLoginSessions({ store, secret, timeouts, board });
  const leaving = new AbortController();
  const passwords = createPasswords(hashes);
  const app = createApp({ sessions, passwords, news, board, leaving: leaving.signal });
  const listener = getRequestListener(app.fetch);
  return {
    listener: (req, res) => void listener(req, res),
    sweep: () => sessions.sweep(),
    leave: () => leaving.abort(),
    async close() {
      await sessions.drain();
      await board.drain();
      board.close();
      news.close();
      close();
    },
  };
}
