import { createSessions, type Sessions } from "@sojourn/core";
import { memoryStore } from "@sojourn/memory";
import { churn, type Detector, guessing, sourceOf, watch, type Watcher } from "@sojourn/watch";
import { type AccountRoutes, accountRoutes } from "@sojourn/watch/account";
import { backChannelLogout, oidcReference } from "@sojourn/watch/back-channel";
import { type Device, describeDevice, deviceName } from "@sojourn/watch/device";
import { type MaxmindLocator, maxmindLocator } from "@sojourn/watch/locator";
import { jsonLines, logEvents } from "@sojourn/watch/log";

const store = memoryStore();

const exports: Detector = {
  name: "exports",
  begin({ raise }) {
    return (event, client) => {
      if (event.type !== "user_exported") return;
      raise({
        subject: event.userId ?? "",
        severity: "info",
        evidence: {},
        event,
        client,
        source: sourceOf(event, client),
      });
    };
  },
};

export const watcher: Watcher = watch({
  detectors: [exports, churn(), guessing({ act: { throttle: 300_000 } })],
  shared: store.powers,
  onEvent: logEvents(jsonLines(console.log)),
});
const { onEvent, throttle } = watcher;
export const sessions: Sessions = watcher.use(
  createSessions({ store, secret: "secret", onEvent, throttle }),
);

export const account: AccountRoutes = accountRoutes({ sessions, maxAge: false });
export const logout: (request: Request) => Promise<Response> = backChannelLogout({
  sessions,
  issuer: "https://login.example",
  clientId: "shop",
  jwks: "https://login.example/keys",
});
export const reference: string = oidcReference({ issuer: "https://login.example", sid: "1" });
export const name: string = deviceName("Mozilla/5.0");
export const device: Device = describeDevice(null);
export const locator: MaxmindLocator = maxmindLocator("/var/lib/GeoIP/GeoLite2-City.mmdb");
export const city: string | null | undefined = locator.locate("203.0.113.7")?.city;

// @ts-expect-error A header, not all of them.
deviceName({});

// @ts-expect-error Something has to end the sessions.
backChannelLogout({ issuer: "https://login.example", clientId: "shop", jwks: { keys: [] } });
