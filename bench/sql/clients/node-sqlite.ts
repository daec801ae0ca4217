import { DatabaseSync } from "node:sqlite";
import type { Connected } from "../connected.ts";
import { connectEmbedded } from "./embedded.ts";

export function connectNodeSqlite(path: string): Promise<Connected> {
  return connectEmbedded(() => new DatabaseSync(path));
}
