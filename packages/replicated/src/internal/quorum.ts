import { StoreUnavailableError } from "@sojourn/core";
import type { Member } from "./member.ts";

/**
 * Asks all, and resolves to the answers once there are `needed`. One that rejects, also because what it
 * holds is corrupt, has not answered.
 */
export function askMajority<Answer>(
  members: readonly Member[],
  needed: number,
  ask: (member: Member) => Promise<Answer>,
): Promise<Answer[]> {
  return new Promise((resolve, reject) => {
    const answers: Answer[] = [];
    let failed = 0;

    function lost(cause?: unknown): void {
      failed++;
      if (members.length - failed >= needed) return;
      reject(
        new StoreUnavailableError(
          `Of ${members.length} replicas ${answers.length} answered, and ${needed} are needed.`,
          { cause },
        ),
      );
    }

    if (members.length < needed) {
      failed = -1;
      lost();
      return;
    }
    for (const member of members) {
      ask(member).then((answer) => {
        answers.push(answer);
        if (answers.length >= needed) resolve([...answers]);
      }, lost);
    }
  });
}
