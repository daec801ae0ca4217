import { type Detector, type DetectorOptions, sourceOf } from "../detector.ts";
import { checkDetector, checkTime } from "../internal/checks.ts";

export interface NewDeviceOptions extends DetectorOptions {
  /** ms for which a device or network is remembered, at least; default 90 days. */
  readonly remember?: number;
}

const DEFAULTS = {
  // Long enough for the tablet that is used in the holidays; and no longer than what is said of a user's
  // devices has a purpose (GDPR article 5.1e).
  remember: 90 * 86_400_000,
};

const OWN = ["remember"];

/**
 * A user has logged in with a browser or from a network that is new with this user: what one writes
 * a mail for, "was that you?" (ASVS 6.3.5). The first login of all says nothing, and is no alert.
 *
 * `info`, if the device or the network is new; `warning`, if both are. A device is the browser and its
 * system without their versions, which change by themselves; a network is a /24 or /56.
 *
 * In one process alone it knows what it has seen since it started: the first login of each user then
 * says nothing. With `shared` it asks the store, once a login and in the background.
 */
export function newDevice(options: NewDeviceOptions = {}): Detector {
  checkDetector("newDevice", options, OWN);
  const { remember } = { ...DEFAULTS, ...options };
  checkTime("newDevice: remember", remember);

  return {
    ...options,
    name: "new-device",
    begin({ familiar, raise, inBackground }) {
      const met = familiar({ name: "seen", for: remember });

      return (event, client) => {
        const { type, userId, impersonator, at } = event;
        // Who acts for the user logs in with a device of their own.
        if (type !== "session_created" || userId === null || impersonator !== null) return;
        const source = sourceOf(event, client);
        const userAgent = event.client?.userAgent ?? null;
        const device = userAgent === null ? null : `device ${familyOf(userAgent)}`;
        const network = source === null ? null : `network ${source}`;
        const things = [device, network].filter((thing) => thing !== null);
        if (things.length === 0) return;
        inBackground(
          met.meet(userId, things, at).then((fresh) => {
            if (fresh === null || fresh.length === 0) return;
            raise({
              subject: `${userId} ${fresh.join(" ")}`,
              severity: fresh.length === 2 ? "warning" : "info",
              evidence: {
                new: fresh.map((thing) => (thing === device ? "device" : "network")),
                network: event.client?.address ?? null,
                userAgent,
              },
              event,
              client,
              source,
            });
          }),
        );
      };
    },
  };
}

/** What stays when a browser updates itself, as for the core's binding. */
function familyOf(userAgent: string): string {
  return userAgent.replace(/[\d._]+/g, "");
}
