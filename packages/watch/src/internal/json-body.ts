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
  const [type = ""] = (request.headers.get("content-type") ?? "").split(";");
  if (type.trim().toLowerCase() !== "application/json") {
    return { status: 415, error: "content-type" };
  }
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

/** Null: there is more than that. */
async function textOf(request: Request, maxBytes: number): Promise<string | null> {
  if (Number(request.headers.get("content-length")) > maxBytes) return null;
  if (request.body === null) return "";
  const reader = request.body.getReader();
  const decoder = new TextDecoder();
  let text = "";
  let bytes = 0;
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return text + decoder.decode();
    bytes += value.byteLength;
    if (bytes > maxBytes) {
      // The rest is not waited for.
      void reader.cancel().catch(() => undefined);
      return null;
    }
    text += decoder.decode(value, { stream: true });
  }
}
