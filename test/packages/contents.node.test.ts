// What is in each tarball, and whether its types and entries resolve.
import { readFileSync } from "node:fs";
import { publint } from "publint";
import { formatMessage } from "publint/utils";
import { describe, expect, inject, test } from "vitest";
import { root } from "../support/program.ts";
import { type } from "./support/folder.ts";
import { folders, type Packed } from "./support/packed.ts";

const full = process.env.SOJOURN_FULL === "1";
const packed = inject("packed");
const always = ["LICENSE", "README.md", "package.json"];
const allowed = /^dist\/[\w./-]+\.(js|d\.ts)$|^migrations\/[\w/-]+\.sql$|^THIRD-PARTY\.md$/;

function find(folder: string): Packed {
  const found = packed.find((one) => one.folder === folder);
  if (found === undefined) throw new Error(`packages/${folder} is not packed.`);
  return found;
}

describe.each(folders)("packages/%s", (folder) => {
  const { manifest, files, tarball } = find(folder);

  test("contains a license, a README, all of its entries, and what belongs to them", () => {
    const entries = Object.values(manifest.exports ?? {}).flatMap((entry) => [
      entry.types.slice(2),
      entry.default.slice(2),
    ]);
    expect(entries).not.toEqual([]);
    expect([...always, ...entries].filter((file) => !files.includes(file))).toEqual([]);
    expect(files.filter((file) => !always.includes(file) && !allowed.test(file))).toEqual([]);
  });

  test("has a package.json that publint finds nothing wrong with", async () => {
    const { buffer } = new Uint8Array(readFileSync(tarball));
    const { messages, pkg } = await publint({ pack: { tarball: buffer }, strict: true });
    expect(messages.map((message) => formatMessage(message, pkg))).toEqual([]);
  });

  // In the small tier of the package with the most entries only: compilers read those of all in any case.
  test.runIf(full || folder === "watch")(
    "has types that resolve wherever its JavaScript does",
    async () => {
      await type(`attw ${tarball} --profile esm-only`, root);
    },
  );
});
