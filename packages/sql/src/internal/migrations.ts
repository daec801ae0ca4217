/** One step of the tables' history. Statements may be run twice: another process may run them, too. */
export interface Migration {
  readonly version: number;
  readonly name: string;
  statements(prefix: string): readonly string[];
}
