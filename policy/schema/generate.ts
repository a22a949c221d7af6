/**
 * Writes what is generated from the schema: `policy/policy.schema.json` (for editors) and
 * `policy/validator.generated.js` (ajv, compiled, for the workspace bundle). Run by `npm run build`.
 */
import { writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { generatedFiles } from './generated-files';

// compiled to dist/policy/schema
const root = resolve(__dirname, '..', '..', '..');

for (const { file, text } of generatedFiles()) {
  writeFileSync(join(root, 'policy', file), text);
}
