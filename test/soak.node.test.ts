import { expect, test } from "vitest";
import { run } from "./support/program.ts";

// `npm run soak` is ten minutes of it with eight processes and sixty users. This is three processes and
// eight users, twenty seconds with their start, and eight seconds of CPU. Where there is less of that,
// it lasts until each attack has been made.
test(
  "servers on one Redis: every attack is alerted once, no honest user is, logged out or loses a write (ASVS 16.3.3)",
  { timeout: 240_000 },
  async () => {
    const command = "node --conditions=@sojourn/source test/soak/run.ts --seconds 15";
    const program = run({ command });
    expect(await program.ended, program.output()).toBe(0);
    const output = program.output();
    expect(output).toMatch(/^no fault$/m);
    for (const attack of [
      "guessing",
      "fixation",
      "cross-site posts",
      "replay of a stolen token",
      "a stolen token in another browser",
      "a stolen password",
      "session churn",
      "a user with too many sessions",
    ]) {
      expect(output).toMatch(new RegExp(`^attacks: .*\\b[1-9]\\d* ${attack}(,|$)`, "m"));
    }
  },
);
