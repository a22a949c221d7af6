/** The disk of the spool is full: what the policy says of unwritable audit holds from the next request on. */
import { execFile, spawnSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { promisify } from 'node:util';
import { HELPER, RUNTIME, ScratchWorkspace } from './runtime';

/** Runs a script where `$STATE` is a file system of its own of a few MB: a mount namespace, without privilege. */
const onTinyDisk = (script: string) =>
  [
    'unshare',
    ['-Urm', 'sh', '-c', `mount -t tmpfs -o size=4m tmpfs "$STATE" && ${script}`],
  ] as const;

function canMount(): boolean {
  return spawnSync(...onTinyDisk('true'), { env: { ...process.env, STATE: '/mnt' } }).status === 0;
}

/** A request before and after the disk is full, a watched command, a new jail; then with room again. */
const SCRIPT = `
  aigov() { "$NODE" "$RUNTIME" "$@"; }
  aigov workspace start --config workspace.json --helper "$HELPER" > log || exit 9
  aigov run -- sh -c '
    code() { curl -s -o /dev/null -w "%{http_code}" "http://origin.corp.example:$0/$1"; }
    echo before $(code x) >> out; touch running
    while [ ! -e full ]; do sleep 0.05; done
    left=300 # the spool holds space in reserve, which these use up
    while status=$(code "$1"); [ "$status" = 200 ] && [ "$((left -= 1))" -gt 0 ]; do :; done
    echo after "$status" >> out' "$PORT" "$LONG" &
  while [ ! -e running ]; do sleep 0.05; done
  dd if=/dev/zero of="$STATE/ballast" bs=1k 2> /dev/null
  touch full
  wait
  aigov run -- sh -c true $MANY; echo full $? >> out
  rm "$STATE/ballast"
  aigov run -- sh -c true; echo room $? >> out
  aigov workspace stop
  cat out`;

test.each([
  { onFailure: 'block', expected: 'before 200\nafter 503\nfull 125\nroom 0\n' },
  { onFailure: 'allow', expected: 'before 200\nafter 200\nfull 0\nroom 0\n' },
])(
  'on a full disk $onFailure is obeyed',
  async ({ onFailure, expected }) => {
    if (!canMount() && process.env['CI'] === undefined) {
      process.stderr.write('skipped: unprivileged mounts are not possible here\n');
      return;
    }
    await using origin = createServer((_, response) => response.end());
    await new Promise<void>((done) => origin.listen(0, '127.0.0.1', done));
    const { port } = origin.address() as AddressInfo;
    await using workspace = await ScratchWorkspace.create({
      gateway: { kind: 'bundled', providers: [] },
      policy: {
        network: {
          allow: ['domain=origin.corp.example'],
          ports: [{ domain: 'origin.corp.example', allow: [port] }],
          privateAddresses: ['127.0.0.1/32'],
        },
        audit: { onFailure },
      },
    });
    workspace.resolve = 'origin.corp.example=127.0.0.1';
    mkdirSync(workspace.stateDir);
    const environment = {
      ...workspace.environment,
      STATE: workspace.stateDir,
      NODE: process.execPath,
      RUNTIME,
      HELPER,
      PORT: String(port),
      // longer than what a page of the file system may have left
      LONG: 'x'.repeat(6_000),
      MANY: Array.from({ length: 40 }, () => 'x'.repeat(200)).join(' '),
    };
    const [program, args] = onTinyDisk(SCRIPT);
    const { stdout } = await promisify(execFile)(program, args, {
      timeout: 40_000,
      env: environment,
      cwd: workspace.home,
    });
    expect(stdout).toBe(expected);
  },
  60_000,
);
