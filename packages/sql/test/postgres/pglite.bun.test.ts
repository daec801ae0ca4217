// The same on Bun.
import "./pglite.test.ts";
