import type { Argument } from './argument';

/** Dynamic loaders run the program named by their first operand: `ld-linux-x86-64.so.2 /bin/rm`. */
const LOADER = /^ld(-linux|-musl|-elf)?[-.\w]*\.so(\.\d+)*$/;

/** Names under which the same program is installed. */
const ALIASES: Readonly<Record<string, string>> = {
  grm: 'rm',
  gfind: 'find',
  gdd: 'dd',
  gmv: 'mv',
  gcp: 'cp',
  gchmod: 'chmod',
  gchown: 'chown',
  gshred: 'shred',
  gtruncate: 'truncate',
  gxargs: 'xargs',
  genv: 'env',
  gtimeout: 'timeout',
  bfs: 'find',
  tofu: 'terraform',
  mariadb: 'mysql',
  'mariadb-admin': 'mysqladmin',
  'docker-compose': 'docker compose',
  podman: 'docker',
  nerdctl: 'docker',
  mongo: 'mongosh',
  'valkey-cli': 'redis-cli',
  fdfind: 'fd',
  oc: 'kubectl',
  nodejs: 'node',
};

/** Whether the name is that of a dynamic loader. */
export function isLoader(name: string): boolean {
  return LOADER.test(name);
}

/** The last part of a path, without `.exe`. */
export function basename(path: string): string {
  return (path.split('/').findLast((part) => part !== '') ?? '').replace(/\.exe$/i, '');
}

/** The program a path means: last part, version suffix off (`python3.12`), other names of the same program. */
export function programName(path: string): string {
  const name = basename(path);
  const plain = name.replace(/^(python|pypy|perl|ruby|lua|php|node|psql|bash)-?\d[\d.]*$/, '$1');
  return ALIASES[plain] ?? plain;
}

/** Words of a command with the program first. Git's own `git-push` binaries and two-word aliases are spread. */
export function canonicalWords(words: readonly Argument[]): readonly Argument[] {
  const [first, ...rest] = words;
  if (first === undefined) return [];
  const name = programName(first.text);
  const spread = /^git-[a-z-]+$/.test(name) ? ['git', name.slice('git-'.length)] : name.split(' ');
  return [...spread.map((text) => ({ text, isLiteral: true })), ...rest];
}

/** File names under which a canonical program may be installed. */
export function fileNames(program: string): readonly string[] {
  const aliases = Object.entries(ALIASES).filter(([, canonical]) => canonical === program);
  return [program, ...aliases.map(([alias]) => alias)];
}
