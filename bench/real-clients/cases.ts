import { clients, type ClientDefinition } from '../../clients';

/** How one released client is got and run without anybody at the keyboard. */
export interface RealClient {
  readonly definition: ClientDefinition;
  readonly npmPackage: string;
  readonly version: string;
  /** Script of the package that fetches its program; npm 11.19 and later do not run it unasked. */
  readonly installScript?: string;
  /** The user's command line: runs one turn and ends. */
  argv(prompt: string): readonly string[];
  /** What a container without a person needs besides the template's variables. */
  readonly environment: Readonly<Record<string, string>>;
}

/** Flags recorded with the client facts, docs/clients.md. */
export const REAL_CLIENTS: Readonly<Record<string, RealClient>> = {
  claude: {
    definition: clients.claudeCode,
    npmPackage: '@anthropic-ai/claude-code',
    version: '2.1.328',
    installScript: 'install.cjs',
    // not --dangerously-skip-permissions: as root it asks for IS_SANDBOX=1, which the jail does not pass on
    argv: (prompt) => ['claude', '-p', prompt, '--output-format', 'json', '--allowedTools', 'Bash'],
    environment: {},
  },
  codex: {
    definition: clients.codex,
    npmPackage: '@openai/codex',
    version: '0.169.0',
    argv: (prompt) => [
      'codex',
      'exec',
      '--json',
      '--skip-git-repo-check',
      '--dangerously-bypass-approvals-and-sandbox',
      // the default model writes JavaScript that calls tools; the scripted one calls them itself
      '-m',
      'gpt-5.1',
      prompt,
    ],
    environment: {},
  },
  gemini: {
    definition: clients.geminiCli,
    npmPackage: '@google/gemini-cli',
    version: '0.61.0',
    argv: (prompt) => ['gemini', '-p', prompt, '--yolo', '-o', 'json', '-m', 'gemini-2.5-pro'],
    environment: { GEMINI_CLI_TRUST_WORKSPACE: 'true' },
  },
  opencode: {
    definition: clients.opencode,
    npmPackage: 'opencode-ai',
    version: '1.18.33',
    installScript: 'postinstall.mjs',
    argv: (prompt) => [
      'opencode',
      'run',
      prompt,
      '--format',
      'json',
      '-m',
      'anthropic/claude-sonnet-4-5',
    ],
    environment: {},
  },
  qwen: {
    definition: clients.qwenCode,
    npmPackage: '@qwen-code/qwen-code',
    version: '0.24.4',
    argv: (prompt) => ['qwen', '-p', prompt, '--yolo', '-o', 'json', '--auth-type', 'openai'],
    environment: { OPENAI_MODEL: 'qwen3-coder-plus' },
  },
};

/** The clients of these names; all when none is named. */
export function knownClients(names: readonly string[]): readonly RealClient[] {
  const all = Object.keys(REAL_CLIENTS);
  return (names.length === 0 ? all : names).map((name) => {
    const client = REAL_CLIENTS[name];
    if (client === undefined) throw new Error(`no client ${name}; there are ${all.join(', ')}`);
    return client;
  });
}
