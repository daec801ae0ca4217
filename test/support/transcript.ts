import { expect } from "vitest";
import { examples, normal, type Step } from "./markdown.ts";
import { freePort } from "./port.ts";
import { run } from "./program.ts";
import { workplace } from "./workplace.ts";

/**
 * Saves a README's program `at`, types its transcript on a port that is free, and compares. `env`: what
 * the reader has set.
 */
export async function play(
  readme: string,
  at = 0,
  env: Readonly<Record<string, string>> = {},
): Promise<void> {
  const example = examples(readme)[at];
  if (example === undefined) throw new Error(`The README has no program ${at}.`);
  const { file, source, steps } = example;
  const port = await freePort();
  const folder = workplace({ [file]: source.replaceAll("3000", port) });
  await follow(steps, folder, `http://localhost:${port}`, env);
}

/** Types what a transcript types, to the server at `url`, and compares what is printed. */
export async function follow(
  steps: readonly Step[],
  folder: string,
  url: string,
  env: Readonly<Record<string, string>> = {},
): Promise<void> {
  const here = (text: string) => text.replaceAll("3000", new URL(url).port);
  for (const { command, shown } of steps) {
    const background = command.endsWith(" &");
    const typed = here(background ? command.slice(0, -2) : command);
    const typing = run({ command: typed, folder, env: { HOME: folder, ...env } });
    const ended = typing.ended.then((code) => `${typed}\nended with ${code}:\n${typing.output()}`);
    if (background) {
      const answers = () => Promise.race([ended, fetch(url).then(() => "an answer")]);
      await expect.poll(answers, { timeout: 20_000 }).toBe("an answer");
    } else {
      expect(await ended).toBe(`${typed}\nended with 0:\n${typing.output()}`);
    }
    expect(`$ ${command}\n${normal(typing.output())}`).toBe(`$ ${command}\n${normal(here(shown))}`);
  }
}
