import { checkText, type Once } from "@sojourn/core";
import { Expiring } from "./expiring.ts";

export function memoryOnce(): Once {
  const spent = new Expiring<true>();
  return {
    async redeem(key, expiresAt, now) {
      checkText(key);
      if (now >= expiresAt || spent.get(key, now) !== undefined) return false;
      spent.set(key, true, expiresAt, now);
      return true;
    },
  };
}
