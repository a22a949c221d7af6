const REFERENCE = /\$(?:\{([^}]*)\}|([A-Za-z_][A-Za-z0-9_]*)|([*#$@!?\-0-9]))/g;

/**
 * Go's os.ExpandEnv, which the agent applies to every value of `coder_agent.env` and `coder_env`: `$NAME` and
 * `${NAME}` become that variable of the agent's own environment, or nothing. A `$` of a secret is eaten too
 * (coder/coder#28466). Source: Go os.Expand.
 */
export function expandEnv(value: string, lookup: (name: string) => string | undefined): string {
  return value.replace(
    REFERENCE,
    (_, braced: string | undefined, bare: string | undefined, special: string | undefined) =>
      lookup(braced ?? bare ?? special ?? '') ?? '',
  );
}
