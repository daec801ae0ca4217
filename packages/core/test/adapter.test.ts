import { testAdapter } from "@sojourn/testing/suites";

testAdapter("sessions.fetch", async (sessions, handler) => ({
  fetch: sessions.fetch((request, { session }) => handler(request, session), {
    onError: () => new Response("", { status: 500 }),
  }),
  async close() {},
}));
