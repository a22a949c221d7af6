import type { PackedRuntime } from './pack';
import { UNPACK_PROGRAM } from './unpack-program';

/** Where in the template folder a script lies, and its text. */
export interface ScriptFile {
  readonly path: string;
  readonly text: string;
}

/**
 * INVARIANT: no script here contains a dollar sign or a percent sign before a brace, but for the placeholder of the
 * start script. Terraform reads that one as a template, and shells need no braces for what we do.
 */

// contracts §8
const FIND_STATE_FOLDER = `state=$AIGOV_STATE_DIR
if [ -z "$state" ]; then
  state=$XDG_STATE_HOME
  [ -n "$state" ] || state=$HOME/.local/state
  state=$state/aigov
fi`;

/** Scripts that each store one part of the runtime. The agent starts all scripts at once, in any order. */
export function partScripts({ id, parts }: PackedRuntime): readonly ScriptFile[] {
  return parts.map((part, index) => {
    const name = partName(index);
    return {
      path: `scripts/aigov-runtime-${name}.sh`,
      text: `#!/bin/sh
# Part ${index + 1} of ${parts.length} of the aigov runtime. The start script waits for all parts, checks and joins them.
set -e
umask 077
${FIND_STATE_FOLDER}
parts=$state/incoming/${id}
mkdir -p "$parts"
cat >"$parts/.${name}.$$" <<'AIGOV'
${part}
AIGOV
mv "$parts/.${name}.$$" "$parts/${name}"
`,
    };
  });
}

export interface StartScriptOptions {
  /** How long the parts may take to arrive. @default 60000 */
  readonly waitMs?: number;
}

/** Name of the start script's only template variable: base64 of `workspace.json`. */
export const CONFIG_VARIABLE = 'config';

/** Script that checks the runtime, joins it, and starts it. A Terraform template with one variable. */
export function startScript(
  { id, files, parts }: PackedRuntime,
  { waitMs = 60_000 }: StartScriptOptions = {},
): ScriptFile {
  const plan = { id, files, parts: parts.map((_, index) => partName(index)), waitMs };
  return {
    path: 'scripts/aigov-start.sh.tftpl',
    text: `#!/bin/sh
# Starts the aigov runtime: relay, firewall and audit of this workspace. Runs nothing whose SHA-256 is not the one
# written here when the template was made. Safe to run again.
umask 077
${FIND_STATE_FOLDER}
bin=$CODER_SCRIPT_BIN_DIR
[ -n "$bin" ] || bin=$state/bin

if ! command -v node >/dev/null 2>&1; then
  echo 'aigov: no Node.js in this image. Add Node.js 20.19 or newer to its PATH.' >&2
  exit 3
fi
if ! node -e 'const [a, b] = process.versions.node.split(".").map(Number); process.exit(a > 20 || (a === 20 && b >= 19) ? 0 : 1)'; then
  echo "aigov: Node.js $(node --version) is too old. Use an image with Node.js 20.19 or newer." >&2
  exit 3
fi

node -e '
${UNPACK_PROGRAM.trim()}
' "$state" '${JSON.stringify(plan)}' <<'AIGOV' || exit
\${${CONFIG_VARIABLE}}
AIGOV

exec node "$state/runtime/${id}/aigov.cjs" workspace start \\
  --config "$state/workspace.json" \\
  --helper "$state/runtime/${id}/aigov-jail" \\
  --bin-dir "$bin"
`,
  };
}

function partName(index: number): string {
  return String(index).padStart(2, '0');
}
