import { createHash } from 'node:crypto';
import { canonicalJson } from './canonical-json';
import { compileCommands, type CompiledCommands } from './commands';
import { composeLayers } from './compose';
import { compileContent, contentFaults, type CompiledContent } from './content';
import type {
  FilesDocument,
  Level,
  McpServersDocument,
  ModelsDocument,
  PolicyDocument,
  ToolsDocument,
} from './document';
import { AigovError, AigovErrors } from './error';
import { canonicalNetwork } from './network/canonical';
import { compileNetwork, networkFaults, type CompiledNetwork } from './network/compile';
import { parseRule, rememberRules, type ReadRule } from './network/rule';

/** One layer's section with the layer's name. */
type Named<Section> = Section & { readonly name: string };

/** Layers made ready for deciding. Compile once, decide many times. */
export interface CompiledPolicy {
  /** SHA-256 of the canonical effective document, hex: two policies of one version decide alike. */
  readonly version: string;
  /** Names, top first. */
  readonly layers: readonly string[];
  readonly minimumLevel?: Level;
  /** @default 'enforce' */
  readonly mode: 'enforce' | 'monitor';
  /** What happens when a record cannot be made durable. @default 'block' */
  readonly auditOnFailure: 'block' | 'allow';
  readonly network: CompiledNetwork;
  readonly commands: CompiledCommands;
  readonly files: { readonly layers: readonly Named<FilesDocument>[] };
  readonly models: {
    readonly layers: readonly Named<ModelsDocument>[];
    readonly maxOutputTokens?: number;
  };
  readonly tools: {
    readonly layers: readonly Named<ToolsDocument>[];
    readonly shell: 'guard' | 'ignore';
  };
  readonly mcpServers: { readonly layers: readonly Named<McpServersDocument>[] };
  readonly content: CompiledContent;
  /** The composed document, for budgets, rate limits, content and retention. */
  readonly effective: PolicyDocument;
}

function unresolvedFaults(layer: PolicyDocument): readonly AigovError[] {
  const faults: AigovError[] = [];
  const { name, include = [], selectors } = layer;
  if (include.length > 0) {
    const remedy = 'Load the file with loadPolicies, which reads what it includes.';
    faults.push(
      new AigovError('POLICY_INCLUDE_UNRESOLVED', `layer "${name}" still includes other files`, {
        remedy,
        at: 'include',
      }),
    );
  }
  if (selectors) {
    const remedy = 'Choose the layers that apply with selectLayers first.';
    faults.push(
      new AigovError(
        'POLICY_SELECTORS_UNRESOLVED',
        `layer "${name}" applies only where its selectors match`,
        { remedy, at: 'selectors' },
      ),
    );
  }
  return faults;
}

/** Collects what `check` throws, so that all layers' faults come together. */
function faultsOf(check: () => unknown): readonly AigovError[] {
  try {
    check();
    return [];
  } catch (error) {
    if (error instanceof AigovErrors) return error.faults;
    if (AigovError.is(error)) return [error];
    throw error;
  }
}

function inLayer(fault: AigovError, { name }: PolicyDocument): AigovError {
  const at = fault.at === undefined ? name : `${name}: ${fault.at}`;
  return new AigovError(fault.code, `layer "${name}": ${fault.message}`, {
    remedy: fault.remedy,
    at,
  });
}

/** Everything wrong with one layer that its shape does not show. */
export function layerFaults(
  layer: PolicyDocument,
  read: ReadRule = parseRule,
): readonly AigovError[] {
  return [
    ...networkFaults(layer, read),
    ...faultsOf(() => compileCommands([layer])),
    ...contentFaults(layer),
  ];
}

function named<Key extends 'files' | 'models' | 'tools' | 'mcpServers'>(
  layers: readonly PolicyDocument[],
  key: Key,
) {
  return layers.flatMap((layer) => {
    const section = layer[key];
    return section ? [{ ...section, name: layer.name }] : [];
  });
}

function versionOf(effective: PolicyDocument): string {
  const { name: _name, description: _description, network, ...sections } = effective;
  const meaning = { ...sections, network: network && canonicalNetwork(network) };
  return createHash('sha256').update(canonicalJson(meaning)).digest('hex');
}

/**
 * Compiles layers, top first, for deciding. Pure.
 * @throws AigovErrors with every fault of every layer
 */
export function compilePolicy(layers: readonly PolicyDocument[]): CompiledPolicy {
  const read = rememberRules();
  const faults = layers.flatMap((layer) => [
    ...unresolvedFaults(layer),
    ...layerFaults(layer, read).map((fault) => inLayer(fault, layer)),
  ]);
  if (faults.length > 0) throw new AigovErrors(faults);
  const effective = composeLayers(layers);
  const { firewall, audit, models, tools } = effective;
  return {
    version: versionOf(effective),
    layers: layers.map(({ name }) => name),
    ...(firewall?.minimumLevel ? { minimumLevel: firewall.minimumLevel } : {}),
    mode: firewall?.mode ?? 'enforce',
    auditOnFailure: audit?.onFailure ?? 'block',
    network: compileNetwork(layers, read),
    commands: compileCommands(layers),
    content: compileContent(layers),
    files: { layers: named(layers, 'files') },
    models: {
      layers: named(layers, 'models'),
      ...(models?.maxOutputTokens === undefined ? {} : { maxOutputTokens: models.maxOutputTokens }),
    },
    tools: { layers: named(layers, 'tools'), shell: tools?.shell ?? 'ignore' },
    mcpServers: { layers: named(layers, 'mcpServers') },
    effective,
  };
}
