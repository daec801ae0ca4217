// What the guides say of the programs in guides/, which test/guides installs, builds and drives.
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { blocks } from "./support/markdown.ts";
import { root } from "./support/program.ts";

/** Each guide's text, and of which package it is. */
const guides = {
  sveltekit: { text: "sveltekit.md", framework: "@sveltejs/kit" },
  next: { text: "nextjs.md", framework: "next" },
  "react-router": { text: "react-router.md", framework: "react-router" },
};

const folder = join(root, "docs/guides");

test("there is no other", () => {
  expect(readdirSync(join(root, "guides")).sort()).toEqual(Object.keys(guides).sort());
  const texts = Object.values(guides).map(({ text }) => text);
  expect(readdirSync(folder).sort()).toEqual(texts.sort());
});

describe.each(Object.entries(guides))("guides/%s", (name, { text, framework }) => {
  const guide = readFileSync(join(folder, text), "utf8");
  const program = join(root, "guides", name);

  const quoted = ["ts", "tsx"].flatMap((language) => blocks(guide, language));

  test("what is quoted stands in the file that it names", () => {
    expect(quoted.length).toBeGreaterThan(3);
    for (const block of quoted) {
      const [, file = "", code = ""] = /^\/\/ (\S+)\n\n?([^]+)$/.exec(block) ?? [];
      expect(readFileSync(join(program, file), "utf8")).toContain(code);
    }
  });

  test("it names the version that is tested", () => {
    const { dependencies, devDependencies } = JSON.parse(
      readFileSync(join(program, "package.json"), "utf8"),
    ) as Record<string, Record<string, string>>;
    const version = { ...dependencies, ...devDependencies }[framework];
    expect(guide).toContain(`${framework} ${version}`);
  });

  test("every file that is linked to is there", () => {
    const links = [...guide.matchAll(/\]\((?!https?:)([^)#]+)/g)].map(([, link = ""]) => link);
    expect(links.filter((link) => !existsSync(join(folder, link)))).toEqual([]);
    expect(links).toContain(`../../guides/${name}`);
  });
});
