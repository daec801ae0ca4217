// All of the watch but the locator, which reads a file.
import { createSessions } from "@sojourn/core";
import { memoryStore } from "@sojourn/memory";
import { guessing, hijacking, newDevice, watch } from "@sojourn/watch";
import { accountRoutes } from "@sojourn/watch/account";
import { backChannelLogout } from "@sojourn/watch/back-channel";
import { deviceName } from "@sojourn/watch/device";
import { jsonLines, logEvents } from "@sojourn/watch/log";

declare const SECRET: string;

const store = memoryStore();
const { onEvent, throttle, use } = watch({
  detectors: [guessing(), hijacking(), newDevice()],
  shared: store.powers,
  onEvent: logEvents(jsonLines(console.log)),
});
const sessions = use(createSessions({ store, secret: SECRET, onEvent, throttle }));
const account = accountRoutes({ sessions });
const logout = backChannelLogout({
  sessions,
  issuer: "https://login.example",
  clientId: "shop",
  jwks: "https://login.example/keys",
});

export default {
  fetch: sessions.fetch(async (request, { session }) => {
    const { pathname } = new URL(request.url);
    if (pathname === "/logout") return logout(request);
    if (pathname === "/device") return new Response(deviceName(request.headers.get("user-agent")));
    if (request.method === "POST") await session.login("ada");
    const answer = await account(request, session);
    return answer ?? new Response((await session.get())?.userId ?? "nobody");
  }),
};
