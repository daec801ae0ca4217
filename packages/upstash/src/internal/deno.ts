/** `fetch`, as @upstash/redis calls it. */
type Fetch = (url: string, init: RequestInit & { readonly body: string }) => Promise<Response>;

/**
 * Deno's `fetch` sends a request again when the connection breaks before the answer, though the server
 * may have run it (https://github.com/denoland/deno/issues/35610), but not one whose body is a stream.
 * The client has no option for that. It calls `fetch` before it waits for anything, so that nobody else
 * meets the one that takes its place here.
 */
export function withoutResending<Sent>(send: () => Sent): Sent {
  if (!("Deno" in globalThis)) return send();
  const scope = globalThis as unknown as { fetch: Fetch };
  const { fetch } = scope;
  scope.fetch = (url, init) => {
    // Not a `Response`'s body: of that Deno remembers what it was made of.
    const streaming = { ...init, body: new Blob([init.body]).stream(), duplex: "half" };
    return fetch(url, streaming as unknown as Parameters<Fetch>[1]);
  };
  try {
    return send();
  } finally {
    scope.fetch = fetch;
  }
}
