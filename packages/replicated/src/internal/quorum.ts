import { StoreUnavailableError } from "@sojourn/core";
import type { Member } from "./member.ts";

/**
 * Asks all, and resolves to the answers once there are `needed`, or once `enough` says so of them. One
 * that rejects, also because what it holds is corrupt, has not answered.
 */
export function askMajority<Answer>(
  members: readonly Member[],
  needed: number,
  ask: (member: Member) => Promise<Answer>,
  enough: (answers: readonly Answer[]) => boolean = () => true,
): Promise<Answer[]> {
  return new Promise((resolve, reject) => {
    const answers: Answer[] = [];
    let failed = 0;

    function look(cause?: unknown): void {
      if (answers.length >= needed && enough(answers)) resolve([...answers]);
      else if (members.length - failed < needed || answers.length + failed === members.length) {
        const text = `Of ${members.length} replicas ${answers.length} answered. It takes ${needed} that have all they should.`;
        reject(new StoreUnavailableError(text, { cause }));
      }
    }

    function answered(answer: Answer): void {
      answers.push(answer);
      look();
    }

    function lost(cause: unknown): void {
      failed++;
      look(cause);
    }

    for (const member of members) ask(member).then(answered, lost);
  });
}
