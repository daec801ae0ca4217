import { createSessions, type SessionEvent, type SessionsOptions } from "@sojourn/core";
import { dashboard, type DashboardOptions } from "@sojourn/dashboard";
import { memoryStore } from "@sojourn/memory";
import { faultyStore, fakeClock } from "@sojourn/testing";

/** As `openssl rand -base64 32` makes them. */
const SECRET = "mG/GxsSrqfwE9Tqb9admmF1icqrFoQJufG8JE9KEU8E=";

export const ORIGIN = "https://shop.example";

interface BoardedOptions extends Partial<DashboardOptions> {
  readonly sessions?: Partial<SessionsOptions>;
  readonly clock?: ReturnType<typeof fakeClock>;
}

/** Sessions in memory, and the page about them. */
export function boarded(options: BoardedOptions = {}) {
  const { sessions: own = {}, clock = fakeClock(), ...rest } = options;
  const board = dashboard({ isAdmin: () => true, clock, ...rest });
  const store = faultyStore(memoryStore());
  const sessions = board.use(
    createSessions({
      store: board.store(store),
      secret: SECRET,
      clock,
      onEvent: board.onEvent,
      ...own,
    }),
  );

  return {
    board,
    store,
    sessions,
    clock,
    /** The page at this query, as HTML. */
    async page(query = ""): Promise<string> {
      return (await board.fetch(new Request(`${ORIGIN}/admin${query}`))).text();
    },
    /** What a form of the page sends, from this page or with other headers. */
    post(
      form: Readonly<Record<string, string>>,
      headers: Readonly<Record<string, string>> = { "Sec-Fetch-Site": "same-origin" },
    ): Promise<Response> {
      const body = new URLSearchParams(form);
      return board.fetch(new Request(`${ORIGIN}/admin`, { method: "POST", body, headers }));
    },
    /** Something happens, by these words of the event. */
    tell(event: Pick<SessionEvent, "type" | "reason"> & Partial<SessionEvent>): void {
      const nobody = { handle: null, userId: null, impersonator: null, client: null };
      board.onEvent({ at: clock.now(), ...nobody, ...event } as SessionEvent, null);
    },
  };
}

/** A page as it is read: without what is not text. */
export function read(html: string): string {
  const text = html.replace(/<title>.*?<\/title>/gs, "").replace(/<[^>]+>/g, " ");
  return text.replace(/\s+/g, " ");
}

/** A row of a table, by its heading: the number in it. */
export function figure(html: string, plot: string, label: string): string | undefined {
  const [, part = ""] = html.split(`id="${plot}"`);
  const [section = ""] = part.split("</figure>");
  const rows = [...section.matchAll(/<tr[^>]*>(.*?)<\/tr>/gs)].map(([, row = ""]) => read(row));
  return rows
    .find((row) => row.trim().startsWith(label))
    ?.trim()
    .slice(label.length)
    .trim();
}
