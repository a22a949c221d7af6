/**
 * What a jailed process may not touch although its user owns it: files that some later, unjailed program runs or
 * trusts. `~` is the home, `$WORKDIR` the project.
 */

/** Readable, never writable, unless the policy names them writable. */
export const READ_ONLY_PATHS: readonly string[] = words(`
  ~/.bashrc ~/.bash_profile ~/.bash_login ~/.bash_logout ~/.bash_aliases ~/.profile
  ~/.zshrc ~/.zprofile ~/.zshenv ~/.zlogin ~/.zlogout ~/.config/fish ~/.inputrc
  ~/.pam_environment ~/.xprofile ~/.gitconfig ~/.config/git ~/.config/systemd
  ~/.config/autostart ~/.local/share/systemd ~/.vscode ~/.vscode-server/bin
  ~/.config/Code/User ~/.claude/settings.json ~/.claude/hooks ~/.codex/config.toml
  ~/.gemini/settings.json $WORKDIR/.git/hooks $WORKDIR/.git/config $WORKDIR/.vscode
  $WORKDIR/.idea $WORKDIR/.claude/settings.json $WORKDIR/.claude/settings.local.json
`);

/** Not even readable, unless the policy names them. */
export const HIDDEN_PATHS: readonly string[] = ['~/.ssh', '~/.gnupg', '~/.config/coderv2'];

/** Writable where the policy names nothing. Everything else of the file system is read-only. */
export const WRITABLE_PATHS: readonly string[] = ['~', '$WORKDIR', '/tmp', '/var/tmp'];

function words(text: string): string[] {
  return text.trim().split(/\s+/);
}
