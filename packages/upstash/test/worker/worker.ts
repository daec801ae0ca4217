import { upstashStore } from "@sojourn/upstash";
import { Redis } from "@upstash/redis/cloudflare";

interface Env {
  readonly URL: string;
  readonly TOKEN: string;
}

let store: ReturnType<typeof upstashStore> | undefined;

/** Reads a session, and tells what became of it; `/leave` does not wait for that. */
async function handle(request: Request, { URL: url, TOKEN: token }: Env): Promise<Response> {
  store ??= upstashStore(new Redis({ url, token }), { timeLimit: 200 });
  const ref = { partition: "p".repeat(16), handle: "h".repeat(22) };
  const outcome = store.read(ref, Date.now()).then(
    (record) => String(record),
    (error: Error) => error.name,
  );
  return new Response(new URL(request.url).pathname === "/leave" ? "left" : await outcome);
}

// oxlint-disable-next-line import/no-default-export -- as Workers are
export default { fetch: handle };
