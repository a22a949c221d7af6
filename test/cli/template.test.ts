import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  cpSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { text as readAll } from 'node:stream/consumers';
import { runProgram } from '../../cli/program';
import { registerTemplateCommands } from '../../cli/template';
import { scratch } from '../emulator/stand-in-bundle';

const SMALL = join(__dirname, '..', 'emulator', 'templates', 'small');
const AGENT = 'resource "coder_agent" "main" {\n os = "linux"\n arch = "amd64"\n}\n';
const LIMIT = 1_048_576;

interface Result {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

async function aigov(cwd: string, ...argv: readonly string[]): Promise<Result> {
  const [stdin, stdout, stderr] = [new PassThrough(), new PassThrough(), new PassThrough()];
  let code = 0;
  const io = {
    stdin,
    stdout,
    stderr,
    cwd,
    environment: { PATH: process.env['PATH'], AIGOV_SESSION_TOKEN: 'token-of-the-developer' },
    setExitCode: (value: number) => void (code = value),
  };
  const texts = Promise.all([readAll(stdout), readAll(stderr)]);
  await runProgram(argv, io, '0.0.0', [registerTemplateCommands]);
  stdout.end();
  stderr.end();
  const [out, err] = await texts;
  return { code, stdout: out, stderr: err };
}

/** A folder with these files; `main.tf` has an agent unless given. */
function folderWith(files: Readonly<Record<string, string>>) {
  const folder = scratch('template');
  for (const [name, content] of Object.entries({ 'main.tf': AGENT, ...files })) {
    mkdirSync(join(folder.path, name, '..'), { recursive: true });
    writeFileSync(join(folder.path, name), content);
  }
  return folder;
}

const script = (body: string) =>
  `${AGENT}resource "coder_script" "x" {\n agent_id = coder_agent.main.id\n display_name = "x"\n run_on_start = true\n ${body}\n}\n`;

interface Case {
  readonly why: string;
  readonly files: Readonly<Record<string, string>>;
  readonly code: string;
  readonly at: string;
  readonly severity?: 'warning';
}

const TOKEN = 'data.coder_workspace_owner.me.session_token';
const OWNER = 'data "coder_workspace_owner" "me" {\n}\n';
const PARAMETER = (name: string) =>
  `data "coder_parameter" "${name}" {\n name = "same"\n default = "x"\n}\n`;

test.each<Case>([
  {
    why: 'an archive of 1 MiB',
    files: { big: 'x'.repeat(LIMIT) },
    code: 'TEMPLATE_TOO_LARGE',
    at: 'DIR',
  },
  {
    why: 'a backend',
    files: { 'b.tf': 'terraform {\n backend "local" {\n }\n}\n' },
    code: 'TEMPLATE_BACKEND',
    at: 'b.tf',
  },
  {
    why: 'a script of 128 KiB',
    files: {
      's.sh': `#!/bin/sh\n#${'x'.repeat(131_072)}`,
      'main.tf': script('script = file("s.sh")'),
    },
    code: 'TEMPLATE_SCRIPT_TOO_LARGE',
    at: 'coder_script.x',
  },
  {
    why: 'an absolute file',
    files: { 'main.tf': script('script = file("/opt/s.sh")') },
    code: 'TEMPLATE_ABSOLUTE_PATH',
    at: 'main.tf',
  },
  {
    why: 'the token in a script',
    files: { 'main.tf': `${OWNER}${script(`script = "#!/bin/sh\\n# \${${TOKEN}}"`)}` },
    code: 'TEMPLATE_SECRET_IN_SCRIPT',
    at: 'coder_script.x',
  },
  {
    why: 'a dot-file that is read',
    files: {
      '.hidden.sh': '#!/bin/sh',
      'main.tf': script('script = file("${path.module}/.hidden.sh")'),
    },
    code: 'TEMPLATE_FILE_DROPPED',
    at: '.hidden.sh',
  },
  {
    why: 'a value the provider refuses',
    files: { 'main.tf': AGENT.replace('linux', 'beos') },
    code: 'CODER_RULE_BROKEN',
    at: 'main.tf',
  },
  {
    why: 'two parameters of one name',
    files: { 'p.tf': `${PARAMETER('a')}${PARAMETER('b')}` },
    code: 'TEMPLATE_DUPLICATE_PARAMETER',
    at: 'parameter "same"',
  },
  {
    why: 'a platform resource',
    files: { 'a.tf': 'resource "aigov_policy" "p" {\n}\n' },
    code: 'TEMPLATE_PROVIDER_UNAVAILABLE',
    at: 'a.tf',
  },
  {
    severity: 'warning',
    why: 'variable values',
    files: { 'terraform.tfvars': 'a = 1' },
    code: 'TEMPLATE_FILE_IGNORED',
    at: 'terraform.tfvars',
  },
  {
    severity: 'warning',
    why: 'a cron of five fields',
    files: { 'main.tf': script('script = "#!/bin/sh"\n cron = "0 22 * * *"') },
    code: 'TEMPLATE_CRON_FIVE_FIELDS',
    at: 'coder_script.x',
  },
  {
    severity: 'warning',
    why: 'options in JSON',
    files: {
      'p.tf.json':
        '{"data":{"coder_parameter":{"p":{"name":"p","default":"a","option":{"name":"A","value":"a"}}}}}',
    },
    code: 'TEMPLATE_JSON_PARAMETER',
    at: 'p.tf.json',
  },
  {
    severity: 'warning',
    why: 'an expression not known here',
    files: {
      'l.tf':
        'resource "coder_app" "a" {\n agent_id = coder_agent.main.id\n slug = "a"\n url = cidrhost("10.0.0.0/8", 1)\n}\n',
    },
    code: 'TEMPLATE_EXPRESSION_UNSUPPORTED',
    at: 'l.tf: coder_app.a.url',
  },
])('lint reports $why', async ({ at, code, files, severity = 'error' }) => {
  using folder = folderWith(files);
  const result = await aigov(folder.path, 'template', 'lint', '.', '--json');
  const { findings } = JSON.parse(result.stdout) as { findings: Record<string, string>[] };
  const place = at === 'DIR' ? folder.path : at;
  expect(findings).toContainEqual(expect.objectContaining({ at: place, code, severity }));
  expect(findings.every(({ remedy }) => remedy?.endsWith('.'))).toBe(true);
  expect(result.code).toBe(severity === 'error' ? 1 : 0);
});

test('lint has nothing to say about a good template', async () => {
  const { code, stdout } = await aigov(SMALL, 'template', 'lint', '.');
  expect({ code, stdout }).toEqual({
    code: 0,
    stdout: expect.stringMatching(/^\.: 0 error\(s\), archive of \d+ bytes\n$/),
  });
});

test.each([
  { argv: ['lint', 'nowhere'], code: 'TEMPLATE_MISSING' },
  { argv: ['pack', 'empty', '-o', 'x.tar'], code: 'TEMPLATE_EMPTY' },
  { argv: ['emulate', '.', '--param', 'model'], code: 'PARAMETER_INVALID' },
  { argv: ['emulate', '.', '--seed', 'many'], code: 'SEED_INVALID' },
])('wrong input is refused: $argv', async ({ argv, code }) => {
  using folder = folderWith({ 'empty/note.txt': 'no template' });
  const result = await aigov(folder.path, 'template', ...argv);
  expect(result).toMatchObject({ code: 2, stdout: '' });
  expect(result.stderr).toContain(code);
});

test('pack writes what coder templates push sends, and the same bytes each time', async () => {
  const long = `deep/${'d'.repeat(90)}/${'f'.repeat(40)}.txt`;
  using folder = folderWith({
    [long]: 'long',
    'ünïcode.txt': 'name',
    'scripts/run.sh': '#!/bin/sh\n',
    '.terraform.lock.hcl': '# lock',
    '.git/config': 'dropped',
    'scripts/.env': 'dropped',
    'terraform.tfstate': 'dropped',
    'x.tfstate.backup': 'dropped',
    'terraform.tfvars': 'dropped',
    'a.auto.tfvars.json': 'dropped',
  });
  chmodSync(join(folder.path, 'scripts', 'run.sh'), 0o755);
  symlinkSync('main.tf', join(folder.path, 'link.tf'));
  using out = scratch('packed');
  const tar = join(out.path, 'a.tar');
  const { code, stdout } = await aigov(folder.path, 'template', 'pack', '.', '-o', tar, '--json');
  expect(code).toBe(0);
  const report = JSON.parse(stdout) as { bytes: number; files: string[]; skipped: object[] };
  expect(report.bytes).toBe(statSync(tar).size);
  expect(report.skipped).toHaveLength(7);

  const into = join(out.path, 'unpacked');
  mkdirSync(into);
  execFileSync('tar', ['-xf', tar, '-C', into]);
  const files = readdirSync(into, { recursive: true, encoding: 'utf8' }).filter((name) =>
    statSync(join(into, name)).isFile(),
  );
  const expected = ['.terraform.lock.hcl', long, 'main.tf', 'scripts/run.sh', 'ünïcode.txt'];
  expect(files.sort()).toEqual(expected.sort());
  expect(readFileSync(join(into, long), 'utf8')).toBe('long');
  expect(statSync(join(into, 'scripts', 'run.sh')).mode & 0o111).toBe(0o111);

  const again = join(out.path, 'b.tar');
  await aigov(folder.path, 'template', 'pack', '.', '-o', again);
  expect(readFileSync(again).equals(readFileSync(tar))).toBe(true);
});

/** Bytes of the one file `big` at which the archive has exactly the last size Coder takes. */
const LARGEST = LIMIT - 512 - 2 * 512 - 2 * 512 - 512;

test.each([
  { bytes: LARGEST, code: 0 },
  { bytes: LARGEST + 1, code: 2 },
])('pack takes $bytes bytes with status $code', async ({ bytes, code }) => {
  using folder = folderWith({ big: 'x'.repeat(bytes) });
  using out = scratch('packed');
  const result = await aigov(folder.path, 'template', 'pack', '.', '-o', join(out.path, 'x.tar'));
  expect(result.code).toBe(code);
  if (code !== 0) expect(result.stderr).toContain('TEMPLATE_TOO_LARGE');
});

test('emulate builds, starts and runs a command in the workspace', async () => {
  const line = 'greet; cat firewall | base64 -d; echo; echo $AIGOV_SESSION_TOKEN; exit 5';
  const flags = ['--no-terraform', '--param', 'model=large', '--json'];
  const argv = ['template', 'emulate', '.', ...flags, '--', 'sh', '-c', line];
  const { code, stderr, stdout } = await aigov(SMALL, ...argv);
  const report = JSON.parse(stdout) as {
    builtWith: string;
    command: { stdout: string };
    started: { status: string }[];
  };
  expect(report.builtWith).toBe('the built-in evaluator');
  expect(report.started.map(({ status }) => status)).toEqual(['ok', 'ok']);
  expect(report.command.stdout).toBe(
    'tool for hello developer\n{"model":"large"}\ntoken-of-the-developer\n',
  );
  expect(stderr).toContain('Prepare: ok');
  expect(code).toBe(5);
});

test('emulate tells a failing script and exits 1; a task is a task', async () => {
  using folder = folderWith({
    'main.tf': script(
      'script = "#!/bin/sh\\necho prompt ${base64encode(data.coder_task.me.prompt)}\\nexit 9"',
    ),
    't.tf': 'data "coder_task" "me" {\n}\n',
  });
  const argv = ['template', 'emulate', '.', '--no-terraform', '--task', 'fix it'];
  const result = await aigov(folder.path, ...argv);
  expect(result.code).toBe(1);
  expect(result.stderr).toContain(`x: exit_failure (9)\n  prompt ${btoa('fix it')}\n`);
});

test('only what reaches Coder is there when a template is emulated', async () => {
  using folder = scratch('dropped');
  cpSync(SMALL, folder.path, { recursive: true });
  cpSync(join(SMALL, 'scripts', 'prepare.sh'), join(folder.path, 'scripts', '.prepare.sh'));
  const main = readFileSync(join(folder.path, 'main.tf'), 'utf8');
  writeFileSync(join(folder.path, 'main.tf'), main.replace('/prepare.sh', '/.prepare.sh'));
  const result = await aigov(folder.path, 'template', 'emulate', '.', '--no-terraform');
  expect(result.code).toBe(2);
  expect(result.stderr).toContain('there is no file "./scripts/.prepare.sh" in the template');
});
