import { defineConfig } from "vitest/config";
import projects from "./vitest.workspace.ts";

export default defineConfig({
  test: {
    projects,
    // workerd sees only what it is given. "1": many seeds and large models (npm run test:full).
    env: { SOJOURN_FULL: process.env.SOJOURN_FULL ?? "" },
  },
});
