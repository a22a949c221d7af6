import { execFile, execFileSync } from 'node:child_process';
import {
  existsSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
  mkdtempSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

const ROOT = resolve(__dirname, '..', '..');
const CLI = join(ROOT, 'dist', 'cli', 'main.js');
const DEMO_TIMEOUT_MS = 240_000;

interface Told {
  readonly held: boolean;
  readonly level: string;
  readonly steps: readonly {
    readonly number: number;
    readonly checks: readonly {
      readonly claim: string;
      readonly held: boolean;
      readonly seen: string;
    }[];
    readonly evidence: Record<string, never>;
  }[];
}

interface Run {
  readonly code: number;
  readonly told: Told;
  readonly scratch: string;
  readonly printed: string;
}

function runDemo(args: readonly string[]): Promise<Run> {
  return new Promise((done) => {
    const command = [CLI, 'demo', '--json', '--keep', ...args];
    execFile(process.execPath, command, { maxBuffer: 1 << 28 }, (error, stdout, stderr) => {
      const scratch = /scratch folder: (.*)/.exec(stderr)?.[1] ?? '';
      const code = error === null ? 0 : Number(error.code);
      const told = JSON.parse(stdout || `{"steps":[]}`) as Told;
      done({ code, told, scratch, printed: stdout + stderr });
    });
  });
}

function filesBelow(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .map((name) => join(folder, name))
    .filter((path) => statSync(path, { throwIfNoEntry: false })?.isFile() === true);
}

function evidenceOf(told: Told, number: number): Record<string, unknown> {
  return told.steps.find((step) => step.number === number)?.evidence ?? {};
}

describe('the demo', () => {
  let run: Run;

  beforeAll(async () => {
    if (!existsSync(CLI))
      execFileSync(process.execPath, [join(ROOT, 'build.js')], { stdio: 'inherit' });
    run = await runDemo([]);
  }, DEMO_TIMEOUT_MS);

  afterAll(() => rmSync(run.scratch, { recursive: true, force: true }));

  test('holds in every step [GW-7] [TM-1]', () => {
    const failed = run.told.steps.flatMap(({ checks }) => checks.filter(({ held }) => !held));
    expect(failed).toEqual([]);
    expect({ code: run.code, held: run.told.held, steps: run.told.steps.length }).toEqual({
      code: 0,
      held: true,
      steps: 7,
    });
  });

  test('has the interception in the ledger with who, where, what, tokens and content [GW-1] [GW-4]', () => {
    const { first } = evidenceOf(run.told, 7);
    expect(first).toMatchObject({
      kind: 'interception',
      ending: 'completed',
      actor: { user: 'alice' },
      workspace: { name: 'payments-dev', templateName: 'governed' },
      client: 'anthropic-sdk',
      data: {
        provider: 'anthropic',
        model: 'claude-sonnet-5-5',
        usage: { inputTokens: 11, outputTokens: 23, cacheReadTokens: 101, cacheWriteTokens: 7 },
      },
      content: {
        prompt: 'Look at the project and tell me what is in it.',
        reasoning: 'The project folder tells what there is to do.',
      },
    });
    expect(JSON.stringify(first)).toContain('{\\"command\\":\\"ls\\"}');
  });

  test('has the denials in the ledger: four kinds of egress, one command [FW-1] [FW-2] [FW-4] [FW-6]', () => {
    const decisions = evidenceOf(run.told, 7)['decisions'] as {
      kind: string;
      data: Record<string, string>;
    }[];
    const egress = decisions.filter(({ kind }) => kind === 'egress' || kind === 'dns');
    const targets = egress.map(({ data }) => data['url'] ?? data['host']);
    expect(targets).toEqual([
      'http://paste.example/upload',
      'https://api.openai.com/v1/models',
      'http://203.0.113.9/',
      'secret-data.tunnel.example',
    ]);
    expect(egress.every(({ data }) => typeof data['remedy'] === 'string')).toBe(true);
    expect(decisions.filter(({ kind }) => kind === 'command')).toMatchObject([
      { data: { rule: 'rm-protected-path', effect: 'deny' } },
    ]);
  });

  test('verifies the chains and names the record of a changed byte', () => {
    const { verified, tampered, first } = evidenceOf(run.told, 7) as Record<
      string,
      Record<string, unknown>
    >;
    expect(verified).toMatchObject({ valid: true });
    expect(tampered).toMatchObject({ found: true });
    expect(tampered?.['seen']).toContain(first?.['id']);
  });

  test('leaves the session token in no file but the state of its data source and its one coder_env', () => {
    const state = join(run.scratch, 'build', 'workspace', 'terraform.tfstate');
    const token = /session-[0-9a-f]{48}/.exec(readFileSync(state, 'utf8'))?.[0] ?? 'none';
    const holders = filesBelow(run.scratch).filter((path) => readFileSync(path).includes(token));
    const names = new Set(holders.map((path) => path.replace(/\.backup$/, '')));
    expect([...names]).toEqual([state]);
    expect(placesInState(state, token)).toEqual([
      'coder_env.value',
      'coder_workspace_owner.session_token',
    ]);
    expect(run.printed).not.toContain(token);
  });

  test('ends what it started', () => {
    const left = execFileSync('ps', ['-eo', 'args'], { encoding: 'utf8' });
    expect(left.split('\n').filter((line) => line.includes(run.scratch))).toEqual([]);
  });
});

function placesInState(file: string, token: string): string[] {
  const { resources } = JSON.parse(readFileSync(file, 'utf8')) as {
    resources: { type: string; instances: { attributes: Record<string, unknown> }[] }[];
  };
  return resources
    .flatMap(({ type, instances }) =>
      instances.flatMap(({ attributes }) =>
        Object.entries(attributes)
          .filter(([, value]) => JSON.stringify(value)?.includes(token))
          .map(([name]) => `${type}.${name}`),
      ),
    )
    .toSorted();
}

test(
  'the demo fails at step 6 when the policy allows nothing',
  async () => {
    const folder = mkdtempSync(join(tmpdir(), 'aigov-test-'));
    const policy = join(folder, 'policy.yaml');
    writeFileSync(policy, 'apiVersion: aigov/v1\nname: empty\n');
    const run = await runDemo(['--policy', policy]);
    rmSync(run.scratch, { recursive: true, force: true });
    rmSync(folder, { recursive: true, force: true });
    expect({ code: run.code, failedAt: run.told.steps.at(-1)?.number }).toEqual({
      code: 1,
      failedAt: 6,
    });
  },
  DEMO_TIMEOUT_MS,
);
