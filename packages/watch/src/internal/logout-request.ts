import { isOfType, textOf } from "./body.ts";
import { Refused } from "./logout-outcome.ts";

/**
 * The logout token in a request (OpenID Connect Back-Channel Logout 1.0, section 2.5): a form, POSTed.
 * No more than `maxBytes` of it are ever held. Throws `Refused`.
 */
export async function logoutTokenIn(request: Request, maxBytes: number): Promise<string> {
  if (request.method !== "POST") throw new Refused("method");
  // First: on Bun such a request has no content type either.
  if (request.bodyUsed || request.body?.locked) {
    throw new TypeError(
      "The request's body was read before: let the logout handler read it first.",
    );
  }
  if (!isOfType(request, "application/x-www-form-urlencoded")) throw new Refused("content-type");
  const body = await textOf(request, maxBytes).catch(() => {
    throw new Refused("body");
  });
  if (body === null) throw new Refused("too-large");
  // Other fields are ignored, as the section says; but of this one there is one (RFC 6749 section 3.1).
  const tokens = new URLSearchParams(body).getAll("logout_token");
  const [token] = tokens;
  if (token === undefined || token === "" || tokens.length > 1) throw new Refused("logout_token");
  return token;
}
