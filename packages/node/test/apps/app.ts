import type { RequestSession, Sessions } from "@sojourn/core";
import type { StoryData } from "@sojourn/testing/suites";
import { Readable } from "node:stream";
import type { Running } from "../server.ts";

export interface Site {
  readonly shop: Sessions<StoryData>;
  /** A second one, side by side with the first. */
  readonly admin: Sessions<StoryData>;
  /** If given, the application has an error handler of its own, which tells this and answers 418. */
  readonly onError?: (error: unknown) => void;
  /** Express and Connect: no error handler at all. */
  readonly bare?: boolean;
}

export interface App {
  readonly name: string;
  serve(site: Site): Promise<Running>;
}

export type Access = RequestSession<StoryData>;

export async function put(session: Access, value = "value"): Promise<void> {
  (await session.getOrCreate()).data["key"] = value;
}

export async function boom(session: Access): Promise<never> {
  await put(session);
  (await session.login("ada")).data["key"] = "value";
  throw new Error("boom");
}

export async function tooLate(session: Access): Promise<string> {
  return session.get().then(
    () => "no error",
    (error) => error.code,
  );
}

export function chunks(): Readable {
  return Readable.from(["one ", "two ", "three"]);
}
