/** The system's code of an error, such as ECONNREFUSED. Not by `instanceof`: errors may come from another realm. */
export function errorCode(error: unknown): string {
  const code =
    typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined;
  return typeof code === 'string' ? code : 'EUNKNOWN';
}
