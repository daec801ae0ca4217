import { testAdapter } from "@sojourn/testing/suites";
import { withSessions } from "./my-adapter.ts";

testAdapter("mine", async (sessions, handler) => ({
  fetch: withSessions(sessions, handler),
  close: async () => {},
}));
