/** Real programs, unmodified, in a jail: allowed hosts work, and not one connection is reset. */
import { dirname } from 'node:path';
import type { Level } from '../../../policy';
import { postgresFolder } from './postgres';
import { missing, outputOf, testWith } from './programs';
import { startTown, type Town } from './town';

const TIMEOUT_MS = 180_000;

interface Case {
  readonly name: string;
  /** Shell commands that succeed where the program is there. */
  readonly needs: readonly string[];
  readonly script: (town: Town) => string;
  readonly says: string;
}

/** The interpreter itself, past the shims of version managers, which want to write. */
const python = outputOf("python3 -c 'import sys; print(sys.executable)'");
const has = (program: string): string => `command -v ${program}`;
const node = JSON.stringify(process.execPath);
const grpcPackage = dirname(dirname(dirname(require.resolve('@grpc/grpc-js'))));
const CASES: readonly Case[] = [
  {
    name: 'curl over HTTP/2 and HTTP/1.1, twice over one connection, and an upload',
    needs: [has('curl')],
    script: (town) => `
      for version in 2 1.1; do curl -sSf --http$version ${town.url('web')}/hello ${town.url('web')}/hello; done
      head -c 3000000 /dev/zero | curl -sSf -T - ${town.url('web')}/count`,
    says: 'hello\nhello\nhello\nhello\n3000000 bytes\n',
  },
  {
    name: 'git over HTTPS: clone and push',
    needs: [has('git')],
    script: (town) => `
      git clone -q ${town.url('git')}/town.git https && cd https && cat README
      git -c user.name=a -c user.email=a@b commit -q --allow-empty -m second
      git push -q origin HEAD:refs/heads/over-https && git ls-remote origin | grep -c over-https`,
    says: 'a town\n1\n',
  },
  {
    name: 'git over SSH: clone and push',
    needs: [has('git'), has('ssh'), 'test -x /usr/sbin/sshd'],
    script: (town) => `
      export GIT_SSH_COMMAND="ssh -i ${town.ssh?.keyFile} -o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null -o LogLevel=ERROR"
      git clone -q "ssh://$(id -un)@ssh.corp.test:${town.ports.ssh}${town.ssh?.path}" ssh && cd ssh && cat README
      git -c user.name=a -c user.email=a@b commit -q --allow-empty -m third
      git push -q origin HEAD:refs/heads/over-ssh && git ls-remote origin | grep -c over-ssh`,
    says: 'a town\n1\n',
  },
  {
    name: 'npm install',
    needs: [has('npm')],
    script: (town) => `
      mkdir npm && cd npm && npm install --no-audit --no-fund --silent --registry ${town.url('npm')} tiny
      node -e "console.log(require('tiny'))"`,
    says: '42\n',
  },
  {
    name: 'pip install',
    needs: ['python3 -m pip --version'],
    script: (town) => `
      ${python} -m pip install -q --disable-pip-version-check --no-cache-dir --target pip --index-url ${town.url('pypi')}/simple/ tiny
      PYTHONPATH=pip ${python} -c 'import tiny; print(tiny.answer)'`,
    says: '42\n',
  },
  {
    name: 'cargo fetch',
    needs: [has('cargo')],
    script: (town) => `
      mkdir -p cargo/src cargo/.cargo && cd cargo && echo 'fn main() {}' > src/main.rs
      printf '[package]\\nname = "user"\\nversion = "0.1.0"\\nedition = "2021"\\n[dependencies]\\ntiny = { version = "1", registry = "town" }\\n' > Cargo.toml
      printf '[registries.town]\\nindex = "sparse+${town.url('cargo')}/index/"\\n' > .cargo/config.toml
      CARGO_HOME=$PWD/home cargo fetch -q && find home -name 'tiny-1.0.0.crate' | wc -l`,
    says: '1\n',
  },
  {
    name: 'Go modules',
    needs: [has('go')],
    script: (town) => `
      mkdir gomod && cd gomod && printf 'module user\\n\\ngo 1.18\\n' > go.mod
      env GOSUMDB=off GOTOOLCHAIN=local GOFLAGS=-modcacherw GOCACHE=$PWD/cache GOPATH=$PWD/path \\
        GOPROXY=${town.url('goproxy')} go mod download -json town.test/tiny@v1.0.0 | grep -c '"Sum"'`,
    says: '1\n',
  },
  {
    name: 'Go’s HTTP client, HTTP/2 and HTTP/1.1 origins',
    needs: [has('go')],
    script(town) {
      // Compiled outside, where the compiler's cache is kept between runs.
      const build = `cd ${town.project} && go build -o client ${town.program('client.go')}`;
      outputOf(`env GOTOOLCHAIN=local GOCACHE=/var/tmp/aigov-town-go-$(id -u) sh -c '${build}'`);
      return `./client ${town.url('web')}/hello 100 && ./client ${town.http1Url('web')}/hello 100`;
    },
    says: 'all answered\nall answered\n',
  },
  {
    name: 'Node’s fetch',
    needs: [],
    script: (town) => `
      ${node} ${town.program('fetch.mjs')} ${town.url('web')}/hello 100
      ${node} ${town.program('fetch.mjs')} ${town.http1Url('web')}/hello 100`,
    says: 'all answered\nall answered\n',
  },
  {
    name: 'Node’s keep-alive agent stays on one connection',
    needs: [],
    script: (town) => `${node} ${town.program('agent.mjs')} ${town.http1Url('web')}/hello 200`,
    says: 'all answered over 1 connection\n',
  },
  {
    name: 'Node’s HTTP/2 client',
    needs: [],
    script: (town) => `${node} ${town.program('http2.mjs')} ${town.url('web')}`,
    says: 'all answered\n',
  },
  {
    name: 'a WebSocket over TLS',
    needs: [],
    script: (town) =>
      `${node} ${town.program('websocket.mjs')} ${town.url('web').replace('https', 'wss')}/socket`,
    says: 'echo ping\n',
  },
  {
    name: 'gRPC: a call, and a stream both ways with back-pressure',
    needs: [],
    script: (town) =>
      `${node} ${town.program('grpc.cjs')} ${grpcPackage} grpc.corp.test:${town.ports.grpc} 2000`,
    says: 'hello town\n2000 messages back\n',
  },
  {
    name: 'Python’s requests',
    needs: ["python3 -c 'import requests'"],
    script: (town) => `
      ${python} ${town.program('session.py')} ${town.url('web')}/hello 100
      ${python} ${town.program('session.py')} ${town.http1Url('web')}/hello 100`,
    says: 'all answered\nall answered\n',
  },
  {
    name: 'Java’s HttpClient',
    needs: [has('java'), has('javac')],
    script: (town) => `
      javac -d . ${town.program('Client.java')}
      java -cp . Client ${town.url('web')}/hello 100 && java -cp . Client ${town.http1Url('web')}/hello 100`,
    says: 'all answered\nall answered\n',
  },
  {
    name: 'nghttp, an HTTP/2 client of another make',
    needs: [has('nghttp')],
    script: (town) => `nghttp ${town.url('web')}/hello`,
    says: 'hello\n',
  },
  {
    name: 'psql against PostgreSQL',
    needs: [has('psql'), `test -n '${postgresFolder() ?? ''}'`],
    script: (town) =>
      `psql "host=db.corp.test port=${town.ports.postgres} user=town dbname=postgres" -Atc 'select 6*7'`,
    says: '42\n',
  },
];

const LEVELS: readonly Level[] = ['A', 'B'];

describe.each(LEVELS)('real software at level %s', (level) => {
  let town: Town;
  beforeAll(async () => {
    const hasSsh = missing(['test -x /usr/sbin/sshd', has('ssh-keygen')]) === undefined;
    town = await startTown({ level, hasSsh });
  }, TIMEOUT_MS);
  afterAll(() => town[Symbol.asyncDispose]());

  for (const { name, needs, script, says } of CASES) {
    testWith(
      needs,
      name,
      async () => {
        const from = town.records.length;
        const { stdout, stderr, status } = await town.sh(`set -e\n${script(town)}`);
        expect({ stdout, status, stderr: status === 0 ? '' : stderr }).toEqual({
          stdout: says,
          status: 0,
          stderr: '',
        });
        const closed = await town.closedSince(from);
        expect(closed.length).toBeGreaterThan(0);
        const wellEnded: unknown[] = ['completed', 'client_gone'];
        expect(closed.filter(({ data }) => !wellEnded.includes(data['ending']))).toEqual([]);
      },
      TIMEOUT_MS,
    );
  }

  test('a host that is not allowed is not reached', async () => {
    const { status } = await town.sh('curl -sS https://elsewhere.corp.test/');
    // curl: no such name; by a proxy (level B): refused by it.
    expect(status).toBe(level === 'A' ? 6 : 56);
  });
});
