/** Whether the request calls its body that, whatever the parameters. `type` in lower case. */
export function isOfType({ headers }: Request, type: string): boolean {
  const [given = ""] = (headers.get("content-type") ?? "").split(";");
  return given.trim().toLowerCase() === type;
}

/** The body's text, of which no more than `maxBytes` are ever held. Null: there is more than that. */
export async function textOf(request: Request, maxBytes: number): Promise<string | null> {
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
