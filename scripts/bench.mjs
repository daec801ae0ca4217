// npm run bench: builds, so that what is measured is what is published, and runs bench/.
import { run, setup } from "./setup.mjs";

setup();
const built = await run(["npm", "run", "--silent", "build"]);
process.exitCode = built || (await run(["node", "bench/index.ts", ...process.argv.slice(2)]));
