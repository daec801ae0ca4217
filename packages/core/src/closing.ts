/** When a response has been sent, on platforms that tell only of a client that has left. */
export interface Closing {
  /** For `RequestFacts`. */
  closed(): AbortSignal;
  /**
   * The response to send: the same one, but where `closed` was asked for, one whose body is watched to
   * its end. What has become a socket nobody here sees: its application tells, with `unwatch()`.
   */
  watched(response: Response): Response;
  /** There is nothing to send any more. */
  end(): void;
}

export function closingOf(request: Pick<Request, "headers" | "method" | "signal">): Closing {
  let controller: AbortController | null = null;

  // Platforms answer it with 101, or with 200 and nothing, and some then say that the request is over.
  // Looked at now: Deno lets nobody read the headers of a request that has become a socket.
  const wantsSocket = request.method === "CONNECT" || request.headers.has("Upgrade");

  function end(): void {
    controller?.abort();
  }

  return {
    end,
    closed() {
      if (controller === null) {
        controller = new AbortController();
        if (wantsSocket) return controller.signal;
        const { signal } = request;
        if (signal.aborted) end();
        else signal.addEventListener("abort", end, { once: true });
      }
      return controller.signal;
    },
    watched(response) {
      if (controller === null) return response;
      if (wantsSocket && response.body === null && response.status < 300) return response;
      if (response.body !== null && request.method !== "HEAD") {
        return new Response(followed(response.body, end), response);
      }
      end();
      return response;
    },
  };
}

/** The same body; `end` is called when it has been read or nobody wants it any more. */
function followed(body: ReadableStream<Uint8Array>, end: () => void): ReadableStream<Uint8Array> {
  const reader = body.getReader();
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        try {
          const { done, value } = await reader.read();
          if (!done) return controller.enqueue(value);
          controller.close();
        } catch (error) {
          controller.error(error);
        }
        end();
      },
      cancel(reason) {
        end();
        return reader.cancel(reason);
      },
    },
    // Nothing is read ahead: an event goes on as soon as it is there, and not sooner than it is wanted.
    { highWaterMark: 0 },
  );
}
