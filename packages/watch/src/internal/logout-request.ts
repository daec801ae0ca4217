import { Refused } from "./logout-outcome.ts";

/**
 * The logout token in a request (OpenID Connect Back-Channel Logout 1.0, section 2.5): a form, POSTed.
 * No more than `maxBytes` of it are ever held. Throws `Refused`.
 */
export async function logoutTokenIn(request: Request, maxBytes: number): Promise<string> {
  if (request.method !== "POST") throw new Refused("method");
  // First: on Bun such a request has no content type either.
  if (request.bodyUsed) {
    throw new TypeError(
      "The request's body was read before: let the logout handler read it first.",
    );
  }
  const [type = ""] = (request.headers.get("content-type") ?? "").split(";");
  if (type.trim().toLowerCase() !== "application/x-www-form-urlencoded") {
    throw new Refused("content-type");
  }
  // Other fields are ignored, as the section says; but of this one there is one (RFC 6749 section 3.1).
  const tokens = new URLSearchParams(await textOf(request, maxBytes)).getAll("logout_token");
  const [token] = tokens;
  if (token === undefined || token === "" || tokens.length > 1) throw new Refused("logout_token");
  return token;
}

async function textOf(request: Request, maxBytes: number): Promise<string> {
  if (Number(request.headers.get("content-length")) > maxBytes) throw new Refused("too-large");
  if (request.body === null) return "";
  const reader = request.body.getReader();
  const decoder = new TextDecoder();
  let text = "";
  let bytes = 0;
  for (;;) {
    const { done, value } = await reader.read().catch(() => {
      throw new Refused("body");
    });
    if (done) return text + decoder.decode();
    bytes += value.byteLength;
    if (bytes > maxBytes) {
      // The rest is not waited for.
      void reader.cancel().catch(() => undefined);
      throw new Refused("too-large");
    }
    text += decoder.decode(value, { stream: true });
  }
}
