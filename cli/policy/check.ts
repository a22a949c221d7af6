import {
  compilePolicy,
  policyWarnings,
  type PolicyDocument,
  type PolicyWarning,
} from '../../policy';
import type { PolicySource } from '../../policy/schema';
import type { CliIo } from '../io';
import { loadFiles } from './policy-files';

function placeOf(
  sources: readonly PolicySource[],
  { layer, at }: { layer: number; at: string },
): string {
  return sources[layer]?.at(at) ?? at;
}

function warningAsData(warning: PolicyWarning, sources: readonly PolicySource[]) {
  const { code, message, remedy, other } = warning;
  const at = placeOf(sources, warning);
  return { code, message, at, ...(other ? { other: placeOf(sources, other) } : {}), remedy };
}

/** Layers are checked as if all applied. */
function withoutSelectors({ selectors: _selectors, ...layer }: PolicyDocument): PolicyDocument {
  return layer;
}

/** Validates and composes policy files. */
export function checkPolicies(files: readonly string[], asJson: boolean, io: CliIo): void {
  const sources = loadFiles(files, io);
  const layers = sources.map(({ document }) => withoutSelectors(document));
  const { version } = compilePolicy(layers);
  const names = layers.map(({ name }) => name);
  const warnings = policyWarnings(layers).map((warning) => warningAsData(warning, sources));
  if (asJson) {
    io.stdout.write(`${JSON.stringify({ ok: true, layers: names, version, warnings })}\n`);
    return;
  }
  for (const { code, message, at, other, remedy } of warnings) {
    const also = other === undefined ? '' : ` (and ${other})`;
    io.stderr.write(`warning ${code} ${at}${also}: ${message}\n  remedy: ${remedy}\n`);
  }
  io.stdout.write(
    `ok: ${names.length} ${names.length === 1 ? 'layer' : 'layers'} (${names.join(', ')}), version ${version}\n`,
  );
}
