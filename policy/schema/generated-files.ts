import Ajv from 'ajv/dist/2020';
import standaloneCode from 'ajv/dist/standalone';
import { policyJsonSchema } from './document-schema';

const HEADER = `// Generated from policy/schema/document-schema.ts by policy/schema/generate.ts; do not edit.
// @ts-nocheck
`;

/** Descriptions are for editors; the validator is smaller without them. */
function withoutDescriptions(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(withoutDescriptions);
  if (typeof schema !== 'object' || schema === null) return schema;
  const isText = (key: string, value: unknown) =>
    key === 'description' && typeof value === 'string';
  const entries = Object.entries(schema).filter(([key, value]) => !isText(key, value));
  return Object.fromEntries(entries.map(([key, value]) => [key, withoutDescriptions(value)]));
}

/** Lengths count UTF-16 units, as zod counts them; that also keeps the code free of imports. */
function validatorCode(): string {
  const options = {
    allErrors: true,
    code: { source: true, esm: true, lines: true, optimize: 2 },
    strictTypes: false,
    unicode: false,
    logger: false,
  } as const;
  const ajv = new Ajv(options);
  const validate = ajv.compile(withoutDescriptions(policyJsonSchema()) as object);
  const code = standaloneCode(ajv, validate);
  return HEADER + code.replace(/export default \w+;/, '');
}

/** What the schema generates, by file name in policy/. */
export function generatedFiles(): readonly { readonly file: string; readonly text: string }[] {
  return [
    { file: 'policy.schema.json', text: `${JSON.stringify(policyJsonSchema(), null, 2)}\n` },
    { file: 'validator.generated.ts', text: validatorCode() },
  ];
}
