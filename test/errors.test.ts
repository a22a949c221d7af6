import { readdirSync, readFileSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';

const ROOT = resolve(__dirname, '..');

/** No rooms of the product, or without codes of ours. */
const NOT_SCANNED = /^(?:bench|coverage|dist|docs|examples|modules|node_modules|test)$/;

/** Written by generators from other people's schemas. */
const GENERATED = /^constructs\/(?:coder|docker)\/|\.generated\.ts$/;

/** Variables of the environment that are read or set. */
const VARIABLES = `
  AIGOV_RELAY_PORT AIGOV_RESOLVE AIGOV_SESSION_TOKEN AIGOV_STATE_DIR AIGOV_TOKEN ALL_PROXY
  ANTHROPIC_API_KEY AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE AWS_CONTAINER_CREDENTIALS_FULL_URI
  AWS_CONTAINER_CREDENTIALS_RELATIVE_URI AWS_ENDPOINT_URL_STS CODER_AGENT_BOUNDARY_LOG_PROXY_SOCKET_PATH CODER_AGENT_URL CODER_SCRIPT_BIN_DIR CODER_TASK_ID CODER_TASK_PROMPT CODER_URL
  CODER_WORKSPACE_BUILD_ID CODER_WORKSPACE_ID CODER_WORKSPACE_IS_PREBUILD
  CODER_WORKSPACE_IS_PREBUILD_CLAIM CODER_WORKSPACE_NAME CODER_WORKSPACE_OWNER_GROUPS
  CODER_WORKSPACE_OWNER_RBAC_ROLES CODER_WORKSPACE_TRANSITION COPILOT_MODEL HTTPS_PROXY HTTP_PROXY
  NODE_OPTIONS NO_COLOR OPENAI_API_KEY PLUGIN_CLIENT_CERT PLUGIN_UNIX_SOCKET_DIR
  TF_PLUGIN_MAGIC_COOKIE XDG_STATE_HOME
`;

/** Of these, the ones that name certificates. */
const CERTIFICATE_VARIABLES = `
  AWS_CA_BUNDLE BUNDLE_SSL_CA_CERT CARGO_HTTP_CAINFO CLOUDSDK_CORE_CUSTOM_CA_CERTS_FILE
  CODEX_CA_CERTIFICATE COMPOSER_CAFILE CURL_CA_BUNDLE DENO_CERT GIT_SSL_CAINFO
  GRPC_DEFAULT_SSL_ROOTS_FILE_PATH HEX_CACERTS_PATH NIX_SSL_CERT_FILE NODE_EXTRA_CA_CERTS
  PERL_LWP_SSL_CA_FILE PIP_CERT REQUESTS_CA_BUNDLE SSL_CERT_FILE YARN_HTTPS_CA_FILE_PATH
`;

/** Codes of Node.js and undici. */
const NODE_CODES = `
  ERR_STREAM_PREMATURE_CLOSE HPE_PAUSED_H2_UPGRADE UND_ERR_CONNECT_TIMEOUT UND_ERR_HEADERS_TIMEOUT
`;

/** Status names of Google's APIs. NOT_FOUND is a code of the server too. */
const GOOGLE_STATUSES = `
  DEADLINE_EXCEEDED INVALID_ARGUMENT PERMISSION_DENIED RESOURCE_EXHAUSTED
`;

/** Literals in the spelling of a code that are something else. */
const NO_CODES = new Set(
  [VARIABLES, CERTIFICATE_VARIABLES, NODE_CODES, GOOGLE_STATUSES].flatMap((names) =>
    names.trim().split(/\s+/),
  ),
);

/** Literals with a part filled in, and the codes they stand for: none for names of variables. */
const TEMPLATES: Readonly<Record<string, readonly string[]>> = {
  'TERRAFORM_${command.toUpperCase()}_FAILED': [
    'TERRAFORM_APPLY_FAILED',
    'TERRAFORM_DESTROY_FAILED',
    'TERRAFORM_INIT_FAILED',
    'TERRAFORM_PLAN_FAILED',
    'TERRAFORM_SHOW_FAILED',
    'TERRAFORM_VALIDATE_FAILED',
  ],
  "CODER_AGENT_SCRIPT_${textOf(agent['os'])}_${textOf(agent['arch'])}": [],
  "CODER_EXTERNAL_AUTH_ACCESS_TOKEN_${textOf(config['id'])}": [],
  'CODER_PARAMETER_${sha256Hex(name)}': [],
  "CODER_RUNNING_WORKSPACE_AGENT_TOKEN_${sha256Hex('')}": [],
  'CODER_SECRET_ENV_${env}': [],
  "CODER_SECRET_FILE_${Buffer.from(path).toString('hex')}": [],
  'CODER_WORKSPACE_OWNER${suffix}': [],
  'CODER_WORKSPACE_TEMPLATE_${name}': [],
  'TF_VAR_${name}': [],
};

/** A literal of words joined by underscores; one of a single word only where a code is expected. */
const CODE = /'([A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+)'|(?:AigovError\(|\bcode:)\s*'([A-Z][A-Z0-9]*)'/g;
const TEMPLATE = /`([A-Z][A-Z0-9]*_(?:[A-Z0-9_]|\$\{[^}`]*\})*\$\{[^}`]*\}[A-Z0-9_]*)`/g;

function codesIn(text: string): string[] {
  const literals = [...text.matchAll(CODE)].map(([, words, word]) => words ?? word ?? '');
  const filled = [...text.matchAll(TEMPLATE)].map(([, template = '']) => template);
  const codes = [...literals, ...filled.flatMap((template) => TEMPLATES[template] ?? [template])];
  return codes.filter((code) => !NO_CODES.has(code));
}

function sourceFiles(): string[] {
  return readdirSync(ROOT, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && !entry.name.startsWith('.'))
    .filter(({ name }) => !NOT_SCANNED.test(name))
    .flatMap(({ name }) => readdirSync(join(ROOT, name), { recursive: true, withFileTypes: true }))
    .filter((entry) => entry.isFile() && /\.tsx?$/.test(entry.name))
    .map((entry) => relative(ROOT, join(entry.parentPath, entry.name)))
    .filter((file) => !GENERATED.test(file));
}

/** Each code, and the rooms that use it. */
function codesOfSources(): Map<string, Set<string>> {
  const rooms = new Map<string, Set<string>>();
  for (const file of sourceFiles())
    for (const code of codesIn(readFileSync(join(ROOT, file), 'utf8')))
      rooms.set(code, (rooms.get(code) ?? new Set()).add(file.split('/')[0] ?? ''));
  return rooms;
}

interface Heading {
  readonly room: string;
  readonly code: string;
  /** Lines of text below it. */
  readonly lines: number;
}

function headingsIn(markdown: string): Heading[] {
  return markdown.split(/^# /m).flatMap((section) => {
    const [head = '', ...entries] = section.split(/^## /m);
    const room = head.split('\n')[0] ?? '';
    return entries.map((entry) => {
      const [code = '', ...text] = entry.trim().split('\n');
      return { room, code, lines: text.filter((line) => line.trim() !== '').length };
    });
  });
}

const codes = codesOfSources();
const headings = headingsIn(readFileSync(join(ROOT, 'docs/errors.md'), 'utf8'));

test('each code of the sources has one heading in docs/errors.md, each heading is a code', () => {
  expect(headings.map(({ code }) => code).sort()).toEqual([...codes.keys()].sort());
});

test('a heading stands in the section of a room that uses the code', () => {
  const astray = headings.filter(({ room, code }) => codes.get(code)?.has(room) !== true);
  expect(astray).toEqual([]);
});

test('sections and their headings are in alphabetical order', () => {
  const order = headings.map(({ room, code }) => `${room} ${code}`);
  expect(order).toEqual([...order].sort());
});

test('each heading has two to four lines of text', () => {
  expect(headings.filter(({ lines }) => lines < 2 || lines > 4)).toEqual([]);
});

interface Case {
  readonly text: string;
  readonly found: readonly string[];
  readonly why: string;
}

test.each<Case>([
  { text: "new AigovError('A_FAULT', why)", found: ['A_FAULT'], why: 'the constructor' },
  { text: "new AigovError(\n  'A_FAULT',", found: ['A_FAULT'], why: 'on a line of its own' },
  { text: "new AigovError(\n  'FAULT',", found: ['FAULT'], why: 'one word where a code stands' },
  { text: "method === 'POST'", found: [], why: 'one word elsewhere' },
  { text: "return fault('A_FAULT', at)", found: ['A_FAULT'], why: 'a factory of the room' },
  { text: "isUsed ? 'A_B' : 'A_C'", found: ['A_B', 'A_C'], why: 'either of two' },
  { text: "environment['NO_COLOR']", found: [], why: 'a name of the list' },
  { text: '`TF_VAR_${name}`', found: [], why: 'a template of the table' },
  { text: '`A_${kind}_FAULT`', found: ['A_${kind}_FAULT'], why: 'a template not in the table' },
])('finds $found: $why', ({ text, found }) => {
  expect(codesIn(text)).toEqual(found);
});

test('reads room, code and lines of each heading', () => {
  expect(headingsIn('# Errors\n\n# cli\n\n## A_B\n\nOne\ntwo.\n\n## A_C\n')).toEqual([
    { room: 'cli', code: 'A_B', lines: 2 },
    { room: 'cli', code: 'A_C', lines: 0 },
  ]);
});
