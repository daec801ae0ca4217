import { type FakeClock, fakeClock } from "@sojourn/testing";
import type { BackChannelSettings } from "@sojourn/watch/back-channel";
import { type CryptoKey, exportJWK, generateKeyPair, type JWK, SignJWT } from "jose";

export const issuer = "https://login.example";
export const clientId = "shop";
export const EVENT = "http://schemas.openid.net/event/backchannel-logout";

/** Claims of a token; what is undefined is left out. */
export type Claims = Readonly<Record<string, unknown>>;

export interface Forgery {
  readonly claims?: Claims;
  readonly header?: Readonly<Record<string, unknown>>;
  /** Default: the provider's own. */
  readonly key?: CryptoKey | Uint8Array;
}

/** An OpenID provider that signs what it is told to. */
export interface Provider {
  readonly clock: FakeClock;
  readonly publicKey: JWK;
  /** A logout token: right but for what is said. */
  token(forgery?: Forgery): Promise<string>;
  /** Options of a handler for this provider. */
  settings(): BackChannelSettings;
}

export async function createProvider(kid = "1"): Promise<Provider> {
  const clock = fakeClock();
  const { publicKey, privateKey } = await generateKeyPair("ES256", { extractable: true });
  const jwk = { ...(await exportJWK(publicKey)), kid, alg: "ES256", use: "sig" };
  let jti = 0;

  return {
    clock,
    publicKey: jwk,
    token({ claims, header, key = privateKey } = {}) {
      const now = Math.floor(clock.now() / 1_000);
      const all = {
        iss: issuer,
        aud: clientId,
        iat: now,
        exp: now + 120,
        jti: `jti-${jti++}`,
        sub: "ada",
        sid: "s1",
        events: { [EVENT]: {} },
        ...claims,
      };
      const protectedHeader = { alg: "ES256", kid, typ: "logout+jwt", ...header };
      return (
        new SignJWT(JSON.parse(JSON.stringify(all)))
          .setProtectedHeader(JSON.parse(JSON.stringify(protectedHeader)))
          // What a test makes up is no reason not to sign it.
          .sign(key, { crit: { x: true } })
      );
    },
    settings: () => ({ issuer, clientId, jwks: { keys: [jwk] }, clock }),
  };
}

/** What a provider sends. */
export function logoutRequest(token: string, init: RequestInit = {}): Request {
  return new Request("https://shop.example/backchannel-logout", {
    method: "POST",
    body: new URLSearchParams({ logout_token: token }),
    ...init,
  });
}
