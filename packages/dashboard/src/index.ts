export { dashboard, type Dashboard, type DashboardOptions } from "./dashboard.ts";
export type { BoardSessions } from "./internal/state.ts";
