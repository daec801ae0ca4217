import { closingOf } from "@sojourn/core";
import { describe, expect, test } from "vitest";

function requested(init: RequestInit = {}) {
  const left = new AbortController();
  const request = new Request("https://app.test/", { signal: left.signal, ...init });
  const closing = closingOf(request);
  return { closing, left };
}

function streamed() {
  let controller: ReadableStreamDefaultController<Uint8Array> | undefined;
  const seen = { cancelled: false };
  const body = new ReadableStream<Uint8Array>({
    start: (given) => void (controller = given),
    cancel: () => void (seen.cancelled = true),
  });
  const bytes = (text: string) => new TextEncoder().encode(text);
  return {
    response: new Response(body, { status: 203, headers: { "X-Kept": "1" } }),
    send: (text: string) => controller?.enqueue(bytes(text)),
    end: () => controller?.close(),
    fail: () => controller?.error(new Error("broken")),
    seen,
  };
}

test("a response of which nobody asked is left alone", () => {
  const { closing } = requested();
  const response = new Response("text");
  expect(closing.watched(response)).toBe(response);
  closing.end();
});

test("a body is passed on as it comes, and has been sent when it has ended", async () => {
  const { closing } = requested();
  const signal = closing.closed();
  expect(closing.closed()).toBe(signal);
  const { response, send, end } = streamed();
  const watched = closing.watched(response);
  expect([watched.status, watched.headers.get("X-Kept")]).toEqual([203, "1"]);
  const reader = (watched.body as ReadableStream<Uint8Array>).getReader();
  send("first");
  expect(new TextDecoder().decode((await reader.read()).value)).toBe("first");
  expect(signal.aborted).toBe(false);
  end();
  expect((await reader.read()).done).toBe(true);
  expect(signal.aborted).toBe(true);
});

test("a body that nobody wants any more, or that fails, has ended", async () => {
  const left = requested();
  const leaving = left.closing.closed();
  const { response, seen } = streamed();
  await left.closing.watched(response).body?.cancel();
  expect([leaving.aborted, seen.cancelled]).toEqual([true, true]);

  const broken = requested();
  const signal = broken.closing.closed();
  const { response: failing, fail } = streamed();
  const text = broken.closing.watched(failing).text();
  fail();
  await expect(text).rejects.toThrow("broken");
  expect(signal.aborted).toBe(true);
});

test("a response without a body, or to HEAD, has been sent at once", () => {
  const empty = requested();
  const signal = empty.closing.closed();
  empty.closing.watched(new Response(null, { status: 204 }));
  expect(signal.aborted).toBe(true);
  const head = requested({ method: "HEAD" });
  const other = head.closing.closed();
  head.closing.watched(new Response("text"));
  expect(other.aborted).toBe(true);
});

test("a client that leaves before there is a response ends it, and so does giving up", () => {
  const { closing, left } = requested();
  const signal = closing.closed();
  left.abort();
  expect(signal.aborted).toBe(true);
  expect(requestedAfter(left.signal).aborted).toBe(true);
  const other = requested();
  const given = other.closing.closed();
  other.closing.end();
  expect(given.aborted).toBe(true);
});

function requestedAfter(signal: AbortSignal): AbortSignal {
  return requested({ signal }).closing.closed();
}

describe("a request that becomes a socket", () => {
  const headers = { Upgrade: "websocket" };

  test("goes on after its response, and after the platform calls the request over", () => {
    for (const init of [{ headers }, { method: "POST", headers }]) {
      const { closing, left } = requested(init);
      const signal = closing.closed();
      const accepted = new Response(null);
      expect(closing.watched(accepted)).toBe(accepted);
      left.abort();
      expect(signal.aborted).toBe(false);
    }
  });

  test("and one that is declined does not", () => {
    const { closing } = requested({ headers });
    const signal = closing.closed();
    closing.watched(new Response(null, { status: 401 }));
    expect(signal.aborted).toBe(true);
  });

  test("and one that is answered as any other has been sent when its body has ended", async () => {
    const { closing } = requested({ headers });
    const signal = closing.closed();
    await closing.watched(new Response("no socket")).text();
    expect(signal.aborted).toBe(true);
  });
});
