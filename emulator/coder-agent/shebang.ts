/** How the agent runs one script: a program and its arguments, the script being the last one. */
export interface ScriptCommand {
  readonly program: string;
  readonly args: readonly string[];
}

/**
 * The command of a script: its shebang's interpreter with `-c` and the whole text, shebang line included, as one
 * argument; without a shebang the user's shell. Source: coder/coder agent/agentssh CreateCommand.
 */
export function scriptCommand(script: string, shell: string): ScriptCommand {
  const trimmed = script.trimStart();
  if (!trimmed.startsWith('#!')) return { program: shell, args: ['-c', script] };
  const [firstLine = ''] = trimmed.slice(2).split('\n', 1);
  const [program = shell, ...words] = firstLine.trim().split(/\s+/);
  return { program, args: [...words, '-c', script] };
}
