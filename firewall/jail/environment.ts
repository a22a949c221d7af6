/**
 * What of the caller's environment a jailed process sees. An allowlist: whatever carries a secret tomorrow is not
 * on it today. Documented in docs/firewall.md.
 */

/** Passed on as they are. */
export const ALLOWED_NAMES: ReadonlySet<string> = new Set(
  words(`
  HOME PATH USER LOGNAME SHELL PWD OLDPWD SHLVL HOSTNAME TMPDIR TERM COLORTERM
  TERM_PROGRAM TERM_PROGRAM_VERSION COLUMNS LINES LS_COLORS NO_COLOR FORCE_COLOR CLICOLOR
  CLICOLOR_FORCE CI DEBUG VERBOSE LANG LANGUAGE TZ EDITOR VISUAL PAGER LESS MANPATH
  INFOPATH NODE_ENV NODE_OPTIONS NODE_PATH NVM_DIR NVM_BIN PNPM_HOME BUN_INSTALL GOPATH
  GOROOT GOPROXY GOFLAGS GOPRIVATE GOTOOLCHAIN GOMODCACHE GOCACHE CARGO_HOME RUSTUP_HOME
  RUSTFLAGS JAVA_HOME MAVEN_OPTS GRADLE_OPTS PYTHONPATH PYTHONUNBUFFERED VIRTUAL_ENV
  PYENV_ROOT POETRY_HOME UV_CACHE_DIR CC CXX CFLAGS CXXFLAGS LDFLAGS MAKEFLAGS
  LD_LIBRARY_PATH PKG_CONFIG_PATH GIT_EDITOR GIT_PAGER GIT_TERMINAL_PROMPT GIT_AUTHOR_NAME
  GIT_AUTHOR_EMAIL GIT_COMMITTER_NAME GIT_COMMITTER_EMAIL IS_SANDBOX COPILOT_MODEL
  COPILOT_OFFLINE
`),
);

/** Families of settings. A name of one of them still has to look harmless (see `SECRET_NAME`). */
export const ALLOWED_PREFIXES: readonly string[] = ['LC_', 'XDG_', 'npm_config_', 'PIP_', 'UV_'];

/** What the template injects for AI clients. They hold the placeholder key, so names like `*_API_KEY` are right here. */
export const CLIENT_PREFIXES: readonly string[] = [
  'ANTHROPIC_',
  'CLAUDE_',
  'OPENAI_',
  'CODEX_',
  'GEMINI_',
  'GOOGLE_GEMINI_',
  'OPENCODE_',
  // not all of COPILOT_: a real GitHub token is among it
  'COPILOT_PROVIDER_',
];

/** Names that may carry a secret or a way out, whatever family they belong to. */
const SECRET_NAME =
  /token|secret|passw|credential|private|auth|api_?key|_key$|session|cookie|XDG_RUNTIME_DIR/i;

/** Never passed, even when a caller adds them: Coder's credentials and ours. */
const FORBIDDEN_NAME = /^(CODER_|AIGOV_|SSH_AUTH_SOCK$|DBUS_)/;

export interface EnvironmentRequest {
  /** `NAME=value` entries of the caller. */
  readonly entries: readonly string[];
  /** Set on top: CA variables, client settings of the template. */
  readonly additions: Readonly<Record<string, string>>;
  /** Values that must not appear in any variable, such as the session token. Empty ones are ignored. */
  readonly secrets?: readonly string[];
}

function isAllowed(name: string): boolean {
  if (FORBIDDEN_NAME.test(name)) return false;
  if (ALLOWED_NAMES.has(name) || CLIENT_PREFIXES.some((prefix) => name.startsWith(prefix)))
    return true;
  return ALLOWED_PREFIXES.some((prefix) => name.startsWith(prefix)) && !SECRET_NAME.test(name);
}

/** The environment of the jailed command, `NAME=value` entries. */
export function jailEnvironment({ entries, additions, secrets = [] }: EnvironmentRequest) {
  const kept = new Map<string, string>();
  for (const entry of entries) {
    const [name, value] = splitEntry(entry);
    if (isAllowed(name)) kept.set(name, value);
  }
  for (const [name, value] of Object.entries(additions)) kept.set(name, value);
  const hidden = secrets.filter((secret) => secret !== '');
  return [...kept]
    .filter(([, value]) => !hidden.some((secret) => value.includes(secret)))
    .map(([name, value]) => `${name}=${value}`);
}

function splitEntry(entry: string): [name: string, value: string] {
  const at = entry.indexOf('=');
  return at < 0 ? [entry, ''] : [entry.slice(0, at), entry.slice(at + 1)];
}

/** The value of one variable among `NAME=value` entries. */
export function environmentValue(entries: readonly string[], name: string): string | undefined {
  return entries.find((entry) => entry.startsWith(`${name}=`))?.slice(name.length + 1);
}

function words(text: string): string[] {
  return text.trim().split(/\s+/);
}
