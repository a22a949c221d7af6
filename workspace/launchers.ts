import { chmodSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { allClients } from '../clients';

export interface LauncherOptions {
  /** Folder that comes first on the PATH of terminals and apps (`CODER_SCRIPT_BIN_DIR`). */
  readonly binDir: string;
  readonly nodePath: string;
  readonly runtimePath: string;
  /** Ids of the template's clients. */
  readonly clients: readonly string[];
  /** Program and arguments that run what follows in a jail; undefined with the firewall off. */
  readonly jailLaunch: readonly string[] | undefined;
}

/**
 * Puts `aigov` and, with the firewall on, one launcher per client program into the folder. A launcher finds the
 * real program further along PATH when it runs, so it may be installed later than the launcher.
 */
export function installLaunchers(options: LauncherOptions): readonly string[] {
  mkdirSync(options.binDir, { recursive: true });
  installProgram(options.binDir, 'aigov', aigovLauncher(options));
  const { binDir, jailLaunch } = options;
  const commands = clientCommands(options.clients);
  for (const command of commands) {
    if (jailLaunch === undefined) rmSync(join(binDir, command), { force: true });
    else installProgram(binDir, command, clientLauncher(command, jailLaunch));
  }
  return jailLaunch === undefined ? ['aigov'] : ['aigov', ...commands];
}

function clientCommands(ids: readonly string[]): string[] {
  return allClients
    .filter((client) => ids.includes(client.id))
    .flatMap((client) => client.commands);
}

function aigovLauncher({ nodePath, runtimePath }: LauncherOptions): string {
  return `#!/bin/sh\nexec ${quote(nodePath)} ${quote(runtimePath)} "$@"\n`;
}

/**
 * There in every jail, and outside nobody but root can put it there. In the jail, where `aigov run -- claude` or an agent
 * that starts another one meets the launcher again, there is no way to a second jail and no need of one.
 */
const MARK_OF_THE_JAIL = '/run/aigov/ca-bundle.pem';

function clientLauncher(command: string, jailLaunch: readonly string[]): string {
  return `#!/bin/sh
here=$(CDPATH= cd -- "$(dirname -- "$0")" && pwd)
real=
IFS=:
for folder in $PATH; do
  [ "$folder" = "$here" ] && continue
  if [ -x "$folder/${command}" ] && [ ! -d "$folder/${command}" ]; then real=$folder/${command}; break; fi
done
unset IFS
[ -n "$real" ] || { echo 'aigov: ${command} is not installed in this workspace' >&2; exit 127; }
[ -f ${MARK_OF_THE_JAIL} ] && exec "$real" "$@"
exec ${jailLaunch.map(quote).join(' ')} "$real" "$@"
`;
}

/** Single-quotes for POSIX sh. */
function quote(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}

/** Replaces atomically: a client may be starting through the old launcher right now. */
function installProgram(folder: string, name: string, text: string): void {
  const draft = join(folder, `.${name}.${process.pid}`);
  writeFileSync(draft, text, { mode: 0o755 });
  chmodSync(draft, 0o755);
  renameSync(draft, join(folder, name));
}
