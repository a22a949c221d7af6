/**
 * Writes what is generated from the schema: `policy/policy.schema.json` (for editors) and
 * `policy/validator.generated.js` (ajv, compiled, for the workspace bundle). Run: node policy/schema/generate.ts
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { generatedFiles } from './generated-files';

for (const { file, text } of generatedFiles()) {
  writeFileSync(join(__dirname, '..', file), text);
}
