import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { AigovError } from '../../provider/plugin';
import { isList, isMap } from './values';
import type { HclValue } from './expression';

/** One block of a template, and the file it stands in. */
export interface SourceBlock {
  readonly file: string;
  readonly body: Readonly<Record<string, HclValue>>;
}

/** The root module of a template folder, block by block; values are unevaluated HCL-JSON. */
export interface TemplateSource {
  readonly dir: string;
  readonly files: readonly string[];
  readonly variables: ReadonlyMap<string, SourceBlock>;
  readonly locals: ReadonlyMap<string, { readonly file: string; readonly value: HclValue }>;
  /** By `TYPE.NAME`. */
  readonly data: ReadonlyMap<string, SourceBlock>;
  /** By `TYPE.NAME`. */
  readonly resources: ReadonlyMap<string, SourceBlock>;
  readonly modules: ReadonlyMap<string, SourceBlock>;
  readonly terraform: readonly SourceBlock[];
  readonly providers: readonly SourceBlock[];
}

type MutableSource = {
  variables: Map<string, SourceBlock>;
  locals: Map<string, { file: string; value: HclValue }>;
  data: Map<string, SourceBlock>;
  resources: Map<string, SourceBlock>;
  modules: Map<string, SourceBlock>;
  terraform: SourceBlock[];
  providers: SourceBlock[];
};

/** Reads and parses all `*.tf` and `*.tf.json` of a folder, as Terraform does: not its sub-folders. */
export async function loadTemplate(dir: string): Promise<TemplateSource> {
  const names = (await listFolder(dir)).filter(isTemplateFile).sort();
  if (names.length === 0) {
    throw new AigovError('TEMPLATE_EMPTY', `${dir} has no .tf or .tf.json file`, {
      remedy: 'Name the folder that `aigov synth` wrote, or another template folder.',
      at: dir,
    });
  }
  const source: MutableSource = {
    variables: new Map(),
    locals: new Map(),
    data: new Map(),
    resources: new Map(),
    modules: new Map(),
    terraform: [],
    providers: [],
  };
  for (const name of names) addFile(source, name, await parseFile(dir, name));
  return { dir, files: names, ...source };
}

function isTemplateFile(name: string): boolean {
  return !name.startsWith('.') && (name.endsWith('.tf') || name.endsWith('.tf.json'));
}

async function listFolder(dir: string): Promise<string[]> {
  try {
    return await readdir(dir);
  } catch (cause) {
    throw new AigovError('TEMPLATE_MISSING', `${dir} is not a folder that can be read`, {
      remedy: 'Name an existing template folder.',
      at: dir,
      cause,
    });
  }
}

async function parseFile(dir: string, name: string): Promise<Record<string, HclValue>> {
  const text = await readFile(join(dir, name), 'utf8');
  const parse = name.endsWith('.json') ? parseJson : await loadHclParser();
  try {
    return (await parse(name, text)) as Record<string, HclValue>;
  } catch (cause) {
    const what = (cause instanceof Error ? cause.message : String(cause)).replace(/\s+/g, ' ');
    throw new AigovError('TEMPLATE_SYNTAX', `${name}: ${what}`, {
      remedy: 'Correct the syntax; `terraform fmt` shows the place as well.',
      at: name,
    });
  }
}

type Parse = (name: string, text: string) => unknown;

const parseJson: Parse = (_, text) => JSON.parse(text) as unknown;

/** Loaded when needed: it is 6 MB of WASM, and programs that only share this room never parse HCL. */
async function loadHclParser(): Promise<Parse> {
  const { parse } = await import('@cdktf/hcl2json');
  return parse;
}

/** A block as an array of bodies: HCL gives an array, hand-written JSON may give the object itself. */
export function bodiesOf(value: HclValue | undefined): readonly SourceBlock['body'][] {
  return (isList(value) ? value : [value]).filter((body) => isMap(body));
}

function addFile(source: MutableSource, file: string, parsed: Record<string, HclValue>): void {
  for (const locals of bodiesOf(parsed['locals']))
    for (const [name, value] of Object.entries(locals)) source.locals.set(name, { file, value });
  addNamed(source.variables, file, parsed['variable'], '');
  addNamed(source.modules, file, parsed['module'], '');
  addTyped(source.data, file, parsed['data']);
  addTyped(source.resources, file, parsed['resource']);
  for (const body of bodiesOf(parsed['terraform'])) source.terraform.push({ file, body });
  for (const named of bodiesOf(parsed['provider']))
    for (const bodies of Object.values(named))
      for (const body of bodiesOf(bodies)) source.providers.push({ file, body });
}

function addNamed(
  into: Map<string, SourceBlock>,
  file: string,
  value: HclValue | undefined,
  prefix: string,
): void {
  for (const named of bodiesOf(value))
    for (const [name, bodies] of Object.entries(named))
      for (const body of bodiesOf(bodies)) {
        refuseTwice(into, `${prefix}${name}`, file);
        into.set(`${prefix}${name}`, { file, body });
      }
}

function addTyped(into: Map<string, SourceBlock>, file: string, value: HclValue | undefined): void {
  for (const typed of bodiesOf(value))
    for (const [type, named] of Object.entries(typed)) addNamed(into, file, named, `${type}.`);
}

function refuseTwice(into: Map<string, SourceBlock>, key: string, file: string): void {
  const earlier = into.get(key);
  if (earlier === undefined) return;
  throw new AigovError(
    'TEMPLATE_DUPLICATE',
    `${file}: "${key}" is defined in ${earlier.file} too`,
    {
      remedy:
        'Keep one of the two; .tf and .tf.json of the same template must not lie side by side.',
      at: file,
    },
  );
}
