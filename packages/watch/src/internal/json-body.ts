import { isOfType, textOf } from "./body.ts";

/** Why a body is not taken: its status and code. */
export interface BodyRefusal {
  readonly status: 400 | 413 | 415;
  readonly error: "content-type" | "malformed" | "too-large";
}

/**
 * The JSON object in a request. No more than `maxBytes` of it are ever held. It has to be called JSON: a
 * form of another site cannot call itself so without asking first (Fetch, "CORS-safelisted").
 */
export async function jsonObjectIn(
  request: Request,
  maxBytes: number,
): Promise<{ readonly object: Readonly<Record<string, unknown>> } | BodyRefusal> {
  if (!isOfType(request, "application/json")) return { status: 415, error: "content-type" };
  const text = await textOf(request, maxBytes);
  if (text === null) return { status: 413, error: "too-large" };
  try {
    const object: unknown = JSON.parse(text);
    const isObject = typeof object === "object" && object !== null && !Array.isArray(object);
    return isObject
      ? { object: object as Readonly<Record<string, unknown>> }
      : { status: 400, error: "malformed" };
  } catch {
    return { status: 400, error: "malformed" };
  }
}
