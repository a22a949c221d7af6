import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { text as readAll } from 'node:stream/consumers';
import { runProgram } from '../../cli/program';
import { registerSynthCommand } from '../../cli/synth';
import { scratch } from '../constructs/scratch';

/** Apps stand in for CDKTF ones: what the command relies on is the manifest and the folders. */
const WRITES_TEMPLATE = `
const fs = require('node:fs');
const out = process.env.CDKTF_OUTDIR;
fs.mkdirSync(out + '/stacks/demo', { recursive: true });
fs.writeFileSync(out + '/stacks/demo/main.tf', '# five');
fs.writeFileSync(out + '/manifest.json', JSON.stringify({ stacks: { demo: { workingDirectory: 'stacks/demo' } } }));
console.log('noise');
`;

const THROWS_FAULTS = `
const error = new Error('first');
const fault = (code) => ({ code, message: code + ' is wrong', remedy: 'Mend it.', at: 'Thing.prop' });
throw Object.assign(error, { [Symbol.for('aigov/error')]: true, faults: [fault('A_CODE'), fault('B_CODE')] });
`;

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
    environment: { PATH: process.env['PATH'] },
    setExitCode: (value: number) => void (code = value),
  };
  const texts = Promise.all([readAll(stdout), readAll(stderr)]);
  await runProgram(argv, io, '0.0.0', [registerSynthCommand]);
  stdout.end();
  stderr.end();
  const [out, err] = await texts;
  return { code, stdout: out, stderr: err };
}

function project(folder: string, app: string, settings?: object): string {
  const cwd = join(folder, "it's here");
  mkdirSync(cwd);
  writeFileSync(join(cwd, 'app.js'), app);
  if (settings !== undefined) writeFileSync(join(cwd, 'cdktf.json'), JSON.stringify(settings));
  return cwd;
}

test('runs the app of cdktf.json and names the folder it wrote', async () => {
  using folder = scratch();
  const cwd = project(folder.path, WRITES_TEMPLATE, { app: 'node app.js', output: 'built' });
  expect(await aigov(cwd, 'synth')).toEqual({
    code: 0,
    stdout: 'demo  built/stacks/demo  1 files, 6 bytes\n',
    stderr: 'noise\n',
  });
});

test('runs a file, writes where it is told, prints one document', async () => {
  using folder = scratch();
  const cwd = project(folder.path, WRITES_TEMPLATE);
  const result = await aigov(cwd, 'synth', 'app.js', '--out', 'else where', '--json');
  expect(JSON.parse(result.stdout)).toEqual({
    templates: [{ name: 'demo', folder: 'else where/stacks/demo', files: 1, bytes: 6 }],
  });
  expect(readdirSync(cwd).sort()).toEqual(['app.js', 'else where']);
});

test('shows every fault of an app with code, place and remedy, and no stack trace', async () => {
  using folder = scratch();
  const result = await aigov(project(folder.path, THROWS_FAULTS), 'synth', 'app.js');
  expect(result).toEqual({
    code: 2,
    stdout: '',
    stderr: `A_CODE Thing.prop: A_CODE is wrong
  remedy: Mend it.
B_CODE Thing.prop: B_CODE is wrong
  remedy: Mend it.
`,
  });
});

interface Failure {
  readonly why: string;
  readonly app: string;
  readonly settings?: object;
  readonly argv: readonly string[];
  readonly code: string;
}

test.each<Failure>([
  { why: 'nothing says what to run', app: '', argv: [], code: 'APP_MISSING' },
  { why: 'another error', app: 'throw new TypeError("x")', argv: ['app.js'], code: 'SYNTH_FAILED' },
  { why: 'no app.synth()', app: '', argv: ['app.js'], code: 'SYNTH_FAILED' },
  { why: 'no such command', app: '', argv: ['nowhere-to-be-found'], code: 'SYNTH_FAILED' },
])('exits 2 with $code: $why', async ({ app, argv, code }) => {
  using folder = scratch();
  const result = await aigov(project(folder.path, app), 'synth', ...argv);
  expect(result).toMatchObject({ code: 2, stdout: '' });
  expect(result.stderr).toContain(`${code} `);
});

test('a cdktf.json that is not JSON is named', async () => {
  using folder = scratch();
  const cwd = project(folder.path, '');
  writeFileSync(join(cwd, 'cdktf.json'), '{');
  expect((await aigov(cwd, 'synth')).stderr).toContain(
    'PROJECT_FILE_INVALID cdktf.json is not JSON',
  );
});
