import type { Sender } from "@sojourn/redis/layout";
import { withoutResending } from "./deno.ts";
import { answeredWith, failed } from "./failure.ts";
import type { Requester, UpstashAnswer } from "./requester.ts";

/** One HTTP request a command, and never two. */
export function connect(requester: Requester): Sender {
  return {
    async send(_key, command, attempt) {
      const abort = new AbortController();
      if (attempt !== undefined) {
        attempt.written = true;
        attempt.onAbort = () => abort.abort();
      }
      let answer: UpstashAnswer;
      try {
        const request = { body: command, signal: () => abort.signal };
        answer = await withoutResending(() => requester.request(request));
      } catch (error) {
        throw failed(error);
      }
      const { result, error } = answer;
      if (error !== undefined) throw answeredWith(error);
      // null is a reply. Nothing at all is not, and must not pass for one.
      if (result === undefined) throw failed(undefined);
      return result;
    },
  };
}
