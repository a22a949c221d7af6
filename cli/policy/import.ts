import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { stringify } from 'yaml';
import { AigovError, compilePolicy, type PolicyDocument } from '../../policy';
import { parsePolicy } from '../../policy/schema';
import type { CliIo } from '../io';

/** What was understood, and lines or keys that were not. */
interface Imported {
  readonly document: PolicyDocument;
  readonly skipped: readonly string[];
}

/** `.example.com` and expressions of one host, as rules. */
function squidHost(text: string): readonly string[] {
  if (/^\.[A-Za-z0-9.-]+$/.test(text)) return [`domain=${text.slice(1)}`, `domain=*${text}`];
  return /^[A-Za-z0-9.-]+$/.test(text) ? [`domain=${text}`] : [];
}

/** `acl NAME dstdomain …` with `http_access allow|deny NAME`: the part of Squid's language that means whole hosts. */
function importSquid(text: string): Imported {
  const acls = new Map<string, readonly string[]>();
  const rules: Record<'allow' | 'deny', string[]> = { allow: [], deny: [] };
  const skipped: string[] = [];
  for (const line of text
    .split('\n')
    .map((raw) => raw.replace(/#.*/, '').trim())
    .filter(Boolean)) {
    const [word, name = '', ...rest] = line.split(/\s+/);
    const hosts = rest.slice(1).filter((item) => item !== '-n');
    if (
      word === 'acl' &&
      rest[0] === 'dstdomain' &&
      hosts.every((host) => squidHost(host).length > 0)
    ) {
      acls.set(name, [...(acls.get(name) ?? []), ...hosts.flatMap(squidHost)]);
    } else if (
      word === 'http_access' &&
      (name === 'allow' || name === 'deny') &&
      rest.length === 1 &&
      acls.has(rest[0] ?? '')
    ) {
      rules[name].push(...(acls.get(rest[0] ?? '') ?? []));
    } else if (line !== 'http_access deny all') skipped.push(line);
  }
  const { allow, deny } = rules;
  return {
    document: {
      apiVersion: 'aigov/v1',
      name: 'squid',
      network: { allow, ...(deny.length > 0 ? { deny } : {}) },
    },
    skipped,
  };
}

function parseJson(text: string, file: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === 'object' && value !== null && !Array.isArray(value))
      return value as Record<string, unknown>;
  } catch {
    // told below, with the place
  }
  throw new AigovError('IMPORT_INVALID', `${file} is no JSON object`, {
    remedy: 'Give the settings file of the client.',
    at: file,
  });
}

const texts = (value: unknown): readonly string[] =>
  Array.isArray(value) ? value.filter((item): item is string => typeof item === 'string') : [];

/** One permission rule of Claude Code, put where it belongs; false when it cannot be said. */
function takePermission(
  rule: string,
  effect: 'allow' | 'deny',
  into: {
    allow: string[];
    deny: string[];
    commands: string[][];
    tools: string[];
    hidden: string[];
  },
): boolean {
  const [, tool = rule, argument] = /^(\w+)\((.*)\)$/.exec(rule) ?? [];
  const domain = /^domain:([A-Za-z0-9.*-]+)$/.exec(argument ?? '')?.[1];
  if (tool === 'WebFetch' && domain !== undefined) {
    into[effect].push(`domain=${domain}`);
    return true;
  }
  if (effect === 'allow') return false;
  if (argument === undefined) into.tools.push(rule);
  else if (tool === 'Bash')
    into.commands.push(
      argument
        .replace(/(:\*| \*)$/, '')
        .split(' ')
        .filter(Boolean),
    );
  else if (tool === 'Read') into.hidden.push(argument.replace(/\/\*\*$/, '').replace(/^\/\//, '/'));
  else return false;
  return true;
}

/** `permissions` of Claude Code's settings: denied tools, commands and files; domains of WebFetch. */
function importClaudeCode(text: string, file: string): Imported {
  const permissions = (parseJson(text, file)['permissions'] ?? {}) as Record<string, unknown>;
  const into = { allow: [], deny: [], commands: [], tools: [], hidden: [] } as Parameters<
    typeof takePermission
  >[2];
  const skipped: string[] = [];
  for (const effect of ['allow', 'deny'] as const) {
    for (const rule of texts(permissions[effect])) {
      if (!takePermission(rule, effect, into)) skipped.push(`permissions.${effect} ${rule}`);
    }
  }
  const { allow, deny, commands, tools, hidden } = into;
  const network = { ...(allow.length > 0 ? { allow } : {}), ...(deny.length > 0 ? { deny } : {}) };
  const document: PolicyDocument = {
    apiVersion: 'aigov/v1',
    name: 'claude-code',
    ...(allow.length + deny.length > 0 ? { network } : {}),
    ...(commands.length > 0
      ? { commands: { deny: commands.map((argv, at) => ({ id: `imported-${at + 1}`, argv })) } }
      : {}),
    ...(hidden.length > 0 ? { files: { hidden: [...new Set(hidden)] } } : {}),
    ...(tools.length > 0 ? { tools: { deny: tools } } : {}),
  };
  return { document, skipped };
}

const IMPORTERS: Readonly<Record<string, (text: string, file: string) => Imported>> = {
  boundary: (text, file) => ({ document: parsePolicy(text, file), skipped: [] }),
  squid: importSquid,
  'claude-code': importClaudeCode,
};

export const IMPORT_NAMES = Object.keys(IMPORTERS);

function read(file: string, io: CliIo): string {
  try {
    return readFileSync(resolve(io.cwd, file), 'utf8');
  } catch (cause) {
    throw new AigovError('POLICY_FILE_UNREADABLE', `${file} cannot be read`, {
      remedy: 'Check the path and that you may read it.',
      at: file,
      cause,
    });
  }
}

/** Prints another system's rules as a policy layer; what is not understood is named on stderr, exit 1. */
export function importPolicy(format: string, file: string, asJson: boolean, io: CliIo): void {
  const importer = Object.hasOwn(IMPORTERS, format) ? IMPORTERS[format] : undefined;
  if (!importer) {
    throw new AigovError('USAGE', `format is "${format}"; allowed are ${IMPORT_NAMES.join(', ')}`, {
      remedy: 'Name one of the formats.',
    });
  }
  const { document, skipped } = importer(read(file, io), file);
  compilePolicy([document]);
  for (const line of skipped) io.stderr.write(`not understood: ${line}\n`);
  io.stdout.write(
    asJson ? `${JSON.stringify({ policy: document, skipped })}\n` : stringify(document),
  );
  if (skipped.length > 0) io.setExitCode(1);
}
