import type { Fetch } from "../client.ts";

/** The least careful cache that RFC 9111 allows, or one that in addition ignores `Vary`. */
export function sharedCache(fetch: Fetch, heedsVary: boolean): Fetch {
  const kept: { matches(request: Request): boolean; response: Response }[] = [];
  return async (request) => {
    if (request.method !== "GET") return fetch(request);
    const hit = kept.find(({ matches }) => matches(request));
    if (hit !== undefined) return hit.response.clone();
    const { url, headers: sent } = request.clone();
    const response = await whole(await fetch(request));
    const control = response.headers.get("Cache-Control") ?? "";
    const names = heedsVary ? vary(response.headers).filter(Boolean) : [];
    if (!control.includes("public") || /private|no-store/.test(control)) return response;
    kept.push({
      matches: (other) =>
        other.url === url && names.every((name) => other.headers.get(name) === sent.get(name)),
      response: response.clone(),
    });
    return response;
  };
}

/** With its body in memory, so that it can be handed out again. */
async function whole(response: Response): Promise<Response> {
  const body = await response.arrayBuffer();
  const { status, headers } = response;
  return new Response(body.byteLength > 0 ? body : null, { status, headers });
}

/** The names that a response varies by. */
export function vary(headers: Headers): string[] {
  return (headers.get("Vary") ?? "").split(",").map((name) => name.trim().toLowerCase());
}
