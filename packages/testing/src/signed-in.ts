import type { Client, LoginOptions, Sessions } from "@sojourn/core";
import { type ClientOptions, createClient, type Fetch, type TestClient } from "./client.ts";

/**
 * What `login` takes, such as `aal` and `factors`, but `carry`: there is nothing to carry from. And
 * `client`: who logs in, for a session that is bound to its client, and for events.
 */
export type SignInOptions<Data extends object> = Omit<LoginOptions<Data>, "carry"> & {
  readonly client?: Client;
};

/**
 * Signs a user in without a request, and gives the Cookie header that a browser would send from now
 * on: `app.request("/me", { headers: { Cookie: await signedInCookie(sessions, "ada") } })`.
 */
export async function signedInCookie<Data extends object>(
  sessions: Sessions<Data>,
  userId: string,
  options: SignInOptions<Data> = {},
): Promise<string> {
  const setCookies = await signIn(sessions, userId, options);
  return setCookies.map((header) => header.split(";", 1)[0]).join("; ");
}

/** A client with a user's session in its jar. With `client` it sends its user agent with each request. */
export async function signedInClient<Data extends object>(
  sessions: Sessions<Data>,
  userId: string,
  fetch: Fetch,
  options: SignInOptions<Data> & ClientOptions = {},
): Promise<TestClient> {
  const { origin, now, ...login } = options;
  const userAgent = login.client?.userAgent ?? null;
  const client = createClient(userAgent === null ? fetch : sending(userAgent, fetch), {
    ...(origin && { origin }),
    ...(now && { now }),
  });
  for (const header of await signIn(sessions, userId, login)) client.setCookie(header);
  return client;
}

/** Signs a user in and gives the token for `Authorization: Bearer ...` (transport "bearer"). */
export async function bearerToken<Data extends object>(
  sessions: Sessions<Data>,
  userId: string,
  options: SignInOptions<Data> = {},
): Promise<string> {
  return (await sessions.login(userId, options)).token;
}

/** Where a request has none of its own. */
function sending(userAgent: string, fetch: Fetch): Fetch {
  return (request) => {
    if (!request.headers.has("User-Agent")) request.headers.set("User-Agent", userAgent);
    return fetch(request);
  };
}

/** By the way that a login in a request takes, since it alone knows the cookie's name and attributes. */
async function signIn<Data extends object>(
  sessions: Sessions<Data>,
  userId: string,
  { client, ...login }: SignInOptions<Data>,
): Promise<string[]> {
  const exchange = sessions.begin({ cookie: null, secure: true, ...(client && { client }) });
  await exchange.session.login(userId, login);
  await exchange.finish();
  const headers = new Headers();
  exchange.apply(headers);
  const setCookies = headers.getSetCookie();
  if (setCookies.length > 0) return setCookies;
  throw new Error('These sessions travel as bearer tokens: use "bearerToken" instead.');
}
