/** Where the log of a ledger lies: what its server has recorded and the database may not have yet. */
export function logDirectoryOf(path: string): string {
  return `${path}-log`;
}
