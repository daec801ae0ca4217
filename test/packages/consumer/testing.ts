import { createSessions } from "@sojourn/core";
import { memoryStore } from "@sojourn/memory";
import { createClient, fakeClock, signedInCookie, type TestClient } from "@sojourn/testing";
import { storeCases, testStore } from "@sojourn/testing/suites";

const clock = fakeClock();
const sessions = createSessions({ store: memoryStore(), secret: "secret", clock });

export const cookie: Promise<string> = signedInCookie(sessions, "ada");
export const browser: TestClient = createClient(
  sessions.fetch(() => new Response()),
  { origin: "https://shop.test" },
);
export const suite: () => void = () => testStore("mine", async () => ({ store: memoryStore() }));
export const titles: readonly unknown[] = storeCases;

// @ts-expect-error Sessions, not a store.
void signedInCookie(memoryStore(), "ada");
