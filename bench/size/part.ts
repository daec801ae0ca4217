import { PEERS } from "../http/peers.ts";
import { installPeers, peerVersion } from "../install.ts";
import { versionOf } from "../machine.ts";
import type { Part } from "../part.ts";
import { table } from "../table.ts";
import { targetsTable } from "../targets.ts";
import { sizeOfPackage, sizeOfProgram } from "./bundle.ts";

/** Ours, and the kB that CI holds them at. Whoever makes one smaller lowers its figure. */
const OURS: Readonly<Record<string, number>> = {
  "@sojourn/core": 32.5,
  "@sojourn/hono": 41,
  "@sojourn/node": 43,
  "@sojourn/memory": 6,
};

/** What is to be had of each, without its framework. */
const OTHERS = [
  "@remix-run/session",
  "iron-session",
  "hono-sessions",
  "express-session",
  "@hono/session",
  "next-session",
  "koa-session",
  "@fastify/session",
  "better-auth",
];

export const size: Part = {
  name: "size",
  about: "minified and compressed: each package, and a program with a login",
  async run({ quick }) {
    if (!quick) installPeers();
    const ours: string[][] = [];
    for (const [name, most] of Object.entries(OURS)) {
      const bytes = await sizeOfPackage(name);
      const isHeld = bytes <= most * 1_000 ? "yes" : "no";
      ours.push([`**${name}**`, kilobytes(bytes), `${most}`, isHeld]);
    }
    const others: string[][] = [];
    for (const name of quick ? [] : OTHERS) {
      others.push([peerVersion(name), kilobytes(await sizeOfPackage(name))]);
    }
    const programs: string[][] = [];
    for (const { file, framework, name, kind } of PEERS) {
      if (kind === "bare" || (quick && kind !== "ours")) continue;
      const bytes = await sizeOfProgram(file);
      programs.push([
        `${framework}: ${kind === "ours" ? `**${name}**, \`@sojourn/memory\`` : name}`,
        kilobytes(bytes),
      ]);
    }
    return [
      `Measured by \`npm run bench -- size\` with ${versionOf("esbuild")}: minified, gzip at level 9, with all it depends on, without the framework. The figures are the same on every machine, and CI holds ours.`,
      targetsTable([
        {
          what: "`@sojourn/core`, all it exports",
          most: 10,
          unit: "kB",
          measured: await core(),
          explained: "[decision 0004](../docs/decisions/0004-size.md) has the profile",
        },
      ]),
      "All that a package exports:",
      table(["package", "kB", "held at", "met"], ours),
      ...(quick ? [] : [table(["package", "kB"], others)]),
      "A program that signs users in and out, and keeps their sessions in memory (the one of this bench):",
      table(["program", "kB"], programs),
    ].join("\n\n");
  },
};

async function core(): Promise<number> {
  return (await sizeOfPackage("@sojourn/core")) / 1_000;
}

function kilobytes(bytes: number): string {
  return (bytes / 1_000).toFixed(1);
}
