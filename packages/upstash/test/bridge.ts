import type { UpstashAddress, UpstashOrder, UpstashReport } from "@sojourn/servers";
import { inject } from "vitest";

/** An Upstash bridge of a test's own, on every runtime. */
export interface Bridge extends UpstashAddress {
  /** Tells it to do what one of its members does. */
  tell(...order: UpstashOrder): Promise<void>;
  /** How many HTTP requests and commands have come since the last "reset". */
  counts(): Promise<readonly [requests: number, commands: number]>;
}

async function control(path: string, order: unknown): Promise<UpstashReport> {
  const request = { method: "POST", body: JSON.stringify(order) };
  const response = await fetch(`${inject("upstashControl")}${path}`, request);
  if (!response.ok) throw new Error(await response.text());
  return (await response.json()) as UpstashReport;
}

export async function startBridge(): Promise<Bridge> {
  const { url, token } = await control("/", null);
  const path = `/${new URL(url).port}`;
  return {
    url,
    token,
    tell: async (...order) => void (await control(path, order)),
    async counts() {
      const { requests, commands } = await control(path, ["report"]);
      return [requests, commands];
    },
  };
}
