import type { Kind } from "../combinations.ts";
import type { StoreCase } from "../contract.ts";
import { checkInterleavings } from "../interleavings.ts";
import { checkAgainstModel } from "../model.ts";

const ends = (kinds: readonly Kind[]) => kinds.includes("delete") || kinds.includes("deleteAll");
const creates = (kinds: readonly Kind[]) => kinds.includes("create");

/** The search for what nobody thought of. */
export const exploredCases: readonly StoreCase[] = [
  {
    title:
      "invariant 2: a deletion among up to four operations at once counts as before or after each",
    run: (context) => checkInterleavings(context, (kinds) => ends(kinds) && !creates(kinds)),
  },
  {
    title: "invariant 3: up to four operations on one record at once are as if one after the other",
    run: (context) => checkInterleavings(context, (kinds) => !ends(kinds) && !creates(kinds)),
  },
  {
    title: "invariant 6: a limited create among up to four operations at once is one step",
    run: (context) => checkInterleavings(context, creates),
  },
  {
    title: "model: random sequences of operations give what the contract's model gives",
    run: checkAgainstModel,
  },
];
