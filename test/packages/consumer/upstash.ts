import type { Store } from "@sojourn/core";
import { upstashStore } from "@sojourn/upstash";
import { Redis } from "@upstash/redis/cloudflare";

const client = new Redis({ url: "https://example.upstash.io", token: "token" });

export const store: Store = upstashStore(client, { prefix: "shop:", staleReads: "accept" });

// @ts-expect-error Its options are no client.
upstashStore({ url: "https://example.upstash.io", token: "token" });
