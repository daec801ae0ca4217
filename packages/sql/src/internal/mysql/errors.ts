/** ER_DUP_ENTRY: https://dev.mysql.com/doc/mysql-errors/8.0/en/server-error-reference.html */
const DUPLICATE = 1062;

export function isDuplicate(error: unknown): boolean {
  return (error as { errno?: unknown } | null | undefined)?.errno === DUPLICATE;
}
