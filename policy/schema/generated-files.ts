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

/** Lengths count characters, as in zod and JSON Schema; written out, so that the code imports nothing. */
const LENGTH = '(text) => { let length = 0; for (const _ of text) length++; return length; }';

function validatorCode(): string {
  const options = {
    allErrors: true,
    code: { source: true, esm: true, lines: true, optimize: 2 },
    strictTypes: false,
    logger: false,
  } as const;
  const ajv = new Ajv(options);
  const validate = ajv.compile(withoutDescriptions(policyJsonSchema()) as object);
  const code = standaloneCode(ajv, validate);
  return (
    HEADER +
    code
      .replace(/export default \w+;/, '')
      .replace(/require\("ajv\/dist\/runtime\/ucs2length"\)\.default/g, LENGTH)
  );
}

/** What the schema generates, by file name in policy/. */
export function generatedFiles(): readonly { readonly file: string; readonly text: string }[] {
  return [
    { file: 'policy.schema.json', text: `${JSON.stringify(policyJsonSchema(), null, 2)}\n` },
    { file: 'validator.generated.ts', text: validatorCode() },
  ];
}
