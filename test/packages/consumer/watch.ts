import { deviceName } from "@sojourn/watch/device";

export const name: string = deviceName("Mozilla/5.0");

// @ts-expect-error A header, not all of them.
deviceName({});
