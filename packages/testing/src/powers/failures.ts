import { StoreUnavailableError } from "@sojourn/core";
import { checkRejects } from "../store/assert.ts";
import type { PowerCase } from "./contract.ts";

type Call = () => Promise<unknown>;

/**
 * Whatever the power: a backend that is away, or does not answer, is an error. `calls` makes one of
 * each operation, under its name.
 */
export function failureCases<Power, Operations = Power>(
  calls: (power: Power) => Readonly<Record<keyof Operations & string, Call>>,
): readonly PowerCase<Power>[] {
  async function checkAllReject(power: Power): Promise<void> {
    for (const [operation, call] of Object.entries<Call>(calls(power))) {
      await checkRejects(call, StoreUnavailableError, operation);
    }
  }
  return [
    {
      title: "invariant 8: a backend that is away is an error, never an answer",
      needs: "disconnect",
      async run({ power, under }) {
        await under.disconnect?.();
        await checkAllReject(power);
      },
    },
    {
      title: "invariant 8: a backend that does not answer in time is an error, never an answer",
      needs: "stall",
      async run({ power, under }) {
        await under.stall?.();
        await checkAllReject(power);
      },
    },
  ];
}
