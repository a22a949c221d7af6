import { isUuid } from './id';
import type { AuditRecord, RecordKind, RecordPhase } from './record';

const KINDS: Readonly<Record<RecordKind, true>> = {
  interception: true,
  jail: true,
  egress: true,
  dns: true,
  command: true,
  file: true,
  mcp_call: true,
  workspace_start: true,
  policy_change: true,
  admin_action: true,
};
const PHASES: Readonly<Record<RecordPhase, true>> = { open: true, close: true, event: true };

/** All kinds, as `--kind` takes them. */
export const RECORD_KINDS = Object.keys(KINDS) as readonly RecordKind[];

const SHA256 = /^[0-9a-f]{64}$/;
const TIME = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{3}Z$/;

/** A SHA-256 in hex. */
export function isSha256(value: unknown): value is string {
  return typeof value === 'string' && SHA256.test(value);
}

/** What keeps a value from being a record: the path of the first wrong field. Undefined when it is one. */
export function recordShapeFault(value: unknown): string | undefined {
  if (!isObject(value)) return 'record';
  const fault = FIELDS.find(([name, isRight]) => !isRight(value[name]));
  return fault?.[0];
}

/** Narrows a value that `recordShapeFault` let through. */
export function isRecord(value: unknown): value is AuditRecord {
  return recordShapeFault(value) === undefined;
}

type Check = readonly [field: string, isRight: (value: unknown) => boolean];

const FIELDS: readonly Check[] = [
  ['version', (value) => value === 1],
  ['id', isUuid],
  ['kind', (value) => typeof value === 'string' && Object.hasOwn(KINDS, value)],
  ['phase', (value) => typeof value === 'string' && Object.hasOwn(PHASES, value)],
  [
    'time',
    (value) => typeof value === 'string' && TIME.test(value) && !Number.isNaN(Date.parse(value)),
  ],
  ['actor', optional({ user: isString, isVerified: isBoolean })],
  [
    'workspace',
    optional({
      id: isString,
      name: isString,
      templateId: isString,
      templateName: isString,
      templateVersion: isString,
    }),
  ],
  ['taskId', isOptionalString],
  ['repository', isOptionalString],
  ['sessionId', isOptionalString],
  ['client', isOptionalString],
  ['firewall', optional({ sessionId: isString, sequence: Number.isInteger })],
  ['policy', optional({ version: isString, layer: isOptionalString, rule: isOptionalString })],
  ['data', isObject],
  [
    'contentHashes',
    (value) => value === undefined || (isObject(value) && Object.values(value).every(isSha256)),
  ],
  ['chain', isChain],
];

function isChain(value: unknown): boolean {
  if (!isObject(value)) return false;
  const { uid, seq, prev, hash } = value;
  return (
    isUuid(uid) &&
    Number.isSafeInteger(seq) &&
    (seq as number) >= 0 &&
    isSha256(prev) &&
    isSha256(hash)
  );
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isString(value: unknown): boolean {
  return typeof value === 'string';
}

function isBoolean(value: unknown): boolean {
  return typeof value === 'boolean';
}

function isOptionalString(value: unknown): boolean {
  return value === undefined || typeof value === 'string';
}

function optional(
  fields: Record<string, (value: unknown) => boolean>,
): (value: unknown) => boolean {
  return (value) =>
    value === undefined ||
    (isObject(value) && Object.entries(fields).every(([name, isRight]) => isRight(value[name])));
}
