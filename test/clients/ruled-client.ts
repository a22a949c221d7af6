import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { text } from 'node:stream/consumers';
import type { RealClient } from '../../bench/real-clients/cases';
import { NODE_FOLDER } from '../../bench/real-clients/install';
import { bodyText } from '../../bench/real-clients/script';
import { startModelUpstream, type ScriptedTurn } from '../../emulator';
import { PLACEHOLDER_KEY, type RenderedClientPolicy } from '../../clients';

/** One tool the scripted model asks for. */
export interface ToolCall {
  readonly name: string;
  readonly input: Readonly<Record<string, unknown>>;
}

export interface RuledTurn {
  readonly status: number;
  readonly output: string;
  /** All the client sent to the model, tool results among it. */
  readonly told: string;
  /** Names of the project's files now. */
  readonly files: readonly string[];
}

export interface RuledOptions {
  readonly client: RealClient;
  /** Folder of its program. */
  readonly bin: string;
  readonly rendered: RenderedClientPolicy;
  readonly calls: readonly ToolCall[];
  /** Files of the project, or of the home (`~/`), besides the client's own. */
  readonly files?: (project: string) => Readonly<Record<string, string>>;
}

/** What programs look for in /etc and cannot do without. */
const SYSTEM_FILES = ['passwd', 'group', 'hosts', 'nsswitch.conf'];
/** A client that has not ended by then repeats itself. */
const TIMEOUT_MS = 100_000;
/** An administrator's file without being an administrator. */
const WITH_ETC = ['unshare', '--map-root-user', '--mount', 'sh', join(__dirname, 'own-etc.sh')];

/**
 * One headless turn of a released client, the policy at the path the renderer names, against a model that asks for these
 * tools one after the other.
 */
export async function ruledTurn({
  client,
  bin,
  rendered,
  calls,
  files = () => ({}),
}: RuledOptions): Promise<RuledTurn> {
  using scratch = scratchFolder();
  const home = join(scratch.path, 'home');
  const project = join(home, 'project');
  await using upstream = await startModelUpstream({
    apiKey: PLACEHOLDER_KEY,
    turns: scriptOf(calls),
  });
  mkdirSync(project, { recursive: true });
  for (const [path, content] of Object.entries({
    ...ownFiles(client, upstream.url),
    ...files(project),
  }))
    writeFile(path.startsWith('~/') ? join(home, path.slice(2)) : join(project, path), content);
  const etc = makeEtc(scratch.path, rendered);
  const argv = [...WITH_ETC, etc, ...client.argv('Do as you are told.')];
  const ran = await run(argv, project, environment(client, bin, home, upstream.url));
  return {
    ...ran,
    told: upstream.received.map(bodyText).join('\n'),
    files: readdirSync(project),
  };
}

function scratchFolder(): { readonly path: string } & Disposable {
  const path = mkdtempSync(join(tmpdir(), 'aigov-ruled-'));
  return { path, [Symbol.dispose]: () => rmSync(path, { recursive: true, force: true }) };
}

/** Requests that offer no tool, such as for a title, get text and take no turn. */
function scriptOf(
  calls: readonly ToolCall[],
): (request: Parameters<typeof bodyText>[0]) => ScriptedTurn {
  let next = 0;
  return (request) => {
    const call = bodyText(request).includes('"tools"') ? calls[next++] : undefined;
    if (call === undefined) return { content: [{ type: 'text', text: 'Done.' }] };
    return { content: [{ type: 'tool_use', name: call.name, input: call.input }] };
  };
}

/** Straight to the provider: no relay, whose address has the provider's name in its path. */
const direct = (text: string) => text.replaceAll(/(:\d+)\/(?:anthropic|openai|gemini)\b/g, '$1');

function ownFiles({ definition }: RealClient, url: string): Record<string, string> {
  const files = definition.configFiles?.({ baseUrl: url }) ?? [];
  return Object.fromEntries(files.map(({ path, text: content }) => [path, direct(content)]));
}

function environment(
  { definition, environment: own }: RealClient,
  bin: string,
  home: string,
  url: string,
) {
  const env = Object.entries({ ...definition.env({ baseUrl: url }), ...own });
  return {
    PATH: [bin, NODE_FOLDER, '/usr/bin', '/bin'].join(':'),
    HOME: home,
    TERM: 'xterm-256color',
    // shared ones belong to somebody who is nobody in this namespace
    TMPDIR: home,
    CLAUDE_CODE_TMPDIR: home,
    ...Object.fromEntries(env.map(([key, value]) => [key, direct(value)])),
  };
}

function makeEtc(scratch: string, { path, text: content, also }: RenderedClientPolicy): string {
  const etc = join(scratch, 'etc');
  for (const name of SYSTEM_FILES) cpSync(join('/etc', name), join(etc, name));
  writeFile(join(scratch, path), content);
  if (also) writeFile(join(scratch, also.path), also.text);
  return etc;
}

function writeFile(path: string, content: string): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, content);
}

async function run(
  [program = '', ...args]: readonly string[],
  cwd: string,
  env: Record<string, string>,
) {
  const stdio = ['ignore', 'pipe', 'pipe'] as const;
  const child = spawn(program, args, { cwd, env, stdio: [...stdio], timeout: TIMEOUT_MS });
  const ended = once(child, 'close') as Promise<[number | null]>;
  const [[status], ...output] = await Promise.all([ended, text(child.stdout), text(child.stderr)]);
  return { status: status ?? -1, output: output.join('\n') };
}
