import { expect } from "vitest";
import type { TestClient } from "../client.ts";
import type { StoryData } from "./server.ts";
import type { Stage } from "./stage.ts";

/** What `GET /peek` tells. */
export interface Seen {
  readonly handle: string;
  readonly userId: string | null;
  readonly createdAt: number;
  readonly authenticatedAt: number | null;
  readonly lastSeenAt: number | null;
  readonly idleExpiresAt: number;
  readonly expiresAt: number;
  readonly persistent: boolean;
  readonly data: StoryData;
}

/** The cookies' default names. */
export const USER = "__Host-id";
export const ANONYMOUS = "__Host-id-anon";

/** Whom the server takes this browser for, without that being activity; null: nobody. */
export async function look(client: TestClient, cookie?: string | null): Promise<Seen | null> {
  const response = await client.get("/peek", cookie === undefined ? {} : { cookie });
  expect([200, 401]).toContain(response.status);
  return (await response.json()) as Seen | null;
}

/** The same, where it must be somebody. */
export async function see(client: TestClient, cookie?: string | null): Promise<Seen> {
  const seen = await look(client, cookie);
  expect(seen).not.toBeNull();
  return seen as Seen;
}

export async function expectDead(client: TestClient, cookie?: string | null): Promise<void> {
  expect(await look(client, cookie)).toBeNull();
}

/** The names of the cookies that a response sets or deletes. */
export function setCookieNames(response: Response): string[] {
  return response.headers
    .getSetCookie()
    .map((header) => header.slice(0, header.indexOf("=")))
    .sort();
}

/** The names of the cookies that a response sets to something. */
export function handedOut(response: Response): string[] {
  return response.headers
    .getSetCookie()
    .filter((header) => /^[^=]+=[^;]/.test(header))
    .map((header) => header.slice(0, header.indexOf("=")))
    .sort();
}

/** The value that the browser holds under a cookie's name. */
export function tokenIn(client: TestClient, name: string): string {
  const token = client.cookies().find((cookie) => cookie.name === name)?.value;
  expect(token).toBeDefined();
  return token as string;
}

/** A Cookie header with a copy of one cookie as it is now. */
export function copyOf(client: TestClient, name: string): string {
  return `${name}=${tokenIn(client, name)}`;
}

/** Sends it and expects the status. */
export async function ok(sent: Promise<Response>, status?: number): Promise<Response> {
  const response = await sent;
  if (status === undefined) expect(response.status).toBeLessThan(300);
  else expect(response.status).toBe(status);
  return response;
}

/** Lets the token come back once, so that no touch and no first sight is due any more. */
export async function rest(stage: Stage, browser: TestClient): Promise<void> {
  await ok(browser.get("/me"));
  await stage.settle();
}
