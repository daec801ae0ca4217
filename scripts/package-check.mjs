// Tests the packages that would be published, not the folder they are made from: what is in each
// tarball, whether its types and entries resolve, and whether all of them work when installed in an
// empty project.
import { execFile } from "node:child_process";
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { env, root } from "./setup.mjs";

const execute = promisify(execFile);
const problems = [];

async function attempt(what, command, args, cwd) {
  try {
    return (await execute(command, args, { cwd, env, maxBuffer: 2 ** 26 })).stdout;
  } catch (error) {
    problems.push(`${what}\n${error.stdout ?? ""}${error.stderr ?? error}`);
    return undefined;
  }
}

function manifestOf(folder) {
  return JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
}

const always = ["LICENSE", "README.md", "package.json"];
const allowed = /^dist\/[\w./-]+\.(js|d\.ts)$|^migrations\/[\w/-]+\.sql$/;

function checkFiles(name, files, exports) {
  const entries = Object.values(exports).flatMap((entry) => [entry.types, entry.default]);
  for (const file of [...always, ...entries.map((entry) => entry.slice(2))]) {
    if (!files.includes(file)) problems.push(`${name}: ${file} is missing from the package`);
  }
  for (const file of files) {
    if (!always.includes(file) && !allowed.test(file)) {
      problems.push(`${name}: ${file} should not be in the package`);
    }
  }
}

async function packAndCheck(folder, temp) {
  const { name, exports } = manifestOf(folder);
  const output = await attempt(
    `${name}: npm pack`,
    "npm",
    ["pack", "--json", "--ignore-scripts", "--pack-destination", temp],
    folder,
  );
  if (output === undefined) return undefined;
  const packed = Object.values(JSON.parse(output))[0];
  const tarball = join(temp, packed.filename);
  checkFiles(
    name,
    packed.files.map(({ path }) => path),
    exports,
  );
  await Promise.all([
    attempt(`${name}: publint`, "publint", ["run", tarball, "--strict"], root),
    attempt(`${name}: attw`, "attw", [tarball, "--profile", "esm-only"], root),
  ]);
  console.log(`${name}: ${packed.files.length} files, ${packed.size} bytes packed`);
  return { name, exports, tarball, peers: manifestOf(folder).peerDependencies ?? {} };
}

// One program that imports every entry, and sends a request through a session.
async function tryInstalled(packages, temp) {
  const project = join(temp, "project");
  cpSync(join(root, "scripts", "package-check"), project, { recursive: true });
  const dependencies = {};
  // Peers in the version that is tested here.
  for (const peer of packages.flatMap(({ peers }) => Object.keys(peers))) {
    dependencies[peer] = manifestOf(join(root, "node_modules", peer)).version;
  }
  for (const { name, tarball } of packages) dependencies[name] = `file:${tarball}`;
  writeFileSync(
    join(project, "package.json"),
    JSON.stringify({ private: true, type: "module", dependencies }),
  );
  writeFileSync(
    join(project, "tsconfig.json"),
    JSON.stringify({
      compilerOptions: {
        noEmit: true,
        strict: true,
        module: "nodenext",
        lib: ["ES2024", "DOM"],
        types: ["node"],
        typeRoots: [join(root, "node_modules", "@types")],
        skipLibCheck: true,
      },
    }),
  );
  const specifiers = packages.flatMap(({ name, exports }) =>
    Object.keys(exports).map((path) => name + path.slice(1)),
  );
  const install = ["install", "--prefer-offline", "--no-audit", "--no-fund", "--ignore-scripts"];
  if ((await attempt("install", "npm", install, project)) === undefined) return;
  await attempt("types", "tsc", ["-p", "."], project);
  const output = await attempt("run", "node", ["program.ts", ...specifiers], project);
  if (output !== undefined) console.log(output.trim());
}

const temp = mkdtempSync(join(tmpdir(), "sojourn-pack-"));
try {
  const packages = [];
  for (const name of readdirSync(join(root, "packages"))) {
    packages.push(await packAndCheck(join(root, "packages", name), temp));
  }
  if (packages.every(Boolean)) await tryInstalled(packages, temp);
} finally {
  rmSync(temp, { recursive: true });
}

for (const problem of problems) console.error(`\n${problem.trim()}`);
process.exitCode = problems.length === 0 ? 0 : 1;
