/** Longer ones are cut: a record must not grow with what a jailed process sends. */
export const MAX_RECORDED_URL = 2_048;

/** Query parameters whose value is a secret by its name. */
const SECRET_PARAMETER =
  /([?&](?:[a-z0-9_.-]*(?:token|secret|password|passwd|signature|credential|api[_-]?key)|key|sig|auth|code|pwd)=)[^&#]*/gi;
const USERINFO = /^([a-z][a-z0-9+.-]*:\/\/)[^/?#]*@/i;

/** A URL as the audit shows it: no userinfo, no value of a parameter that is named like a secret, bounded. */
export function recordedUrl(url: string): string {
  const safe = url.replace(USERINFO, '$1').replace(SECRET_PARAMETER, '$1REDACTED');
  return safe.length > MAX_RECORDED_URL
    ? `${safe.slice(0, MAX_RECORDED_URL)}…(${url.length} characters)`
    : safe;
}
