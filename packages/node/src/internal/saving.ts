import type { Exchange } from "@sojourn/core";

/** What a gate needs of an exchange. */
export type PartOfExchange = Pick<Exchange, "asked" | "finish" | "apply">;

/** After one has failed, the others are not saved either: the handler's answer is not given. */
export async function finishAll(
  exchanges: readonly PartOfExchange[],
  failed: boolean,
): Promise<void> {
  const errors: unknown[] = [];
  for (const exchange of exchanges) {
    try {
      await exchange.finish({ failed: failed || errors.length > 0 });
    } catch (error) {
      errors.push(error);
    }
  }
  if (errors.length > 0) throw errors[0];
}
