/** The large numbers: `SOJOURN_FULL=1` (npm run test:full). */
export const FULL: boolean = typeof process === "object" && process.env["SOJOURN_FULL"] === "1";
