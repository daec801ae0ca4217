import Database from "better-sqlite3";
import type { Connected } from "../connected.ts";
import { connectEmbedded } from "./embedded.ts";

export function connectBetterSqlite3(path: string): Promise<Connected> {
  return connectEmbedded(() => new Database(path));
}
