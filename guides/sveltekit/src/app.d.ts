import type { RequestSession } from "@sojourn/core";
import type { Data } from "./server/sessions.ts";

declare global {
  namespace App {
    interface Locals {
      session: RequestSession<Data>;
    }
  }
}
