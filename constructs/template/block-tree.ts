import { TerraformElement, type TerraformStack } from 'cdktf';
import type { BlockTree, BlockTrees } from './render';

/**
 * Learns from cdktf's typed (HCL) form of each element which of its parts are nested blocks. Only the shape is read:
 * the values come from the JSON form, which has overrides and defaults right (the HCL form drops a `default` of
 * false; seen in cdktf 0.21).
 */
export function blockTreesOf(stack: TerraformStack): BlockTrees {
  const trees = new Map<string, BlockTree>();
  for (const element of stack.node.findAll()) {
    if (!TerraformElement.isTerraformElement(element)) continue;
    const typed = element.toHclTerraform() as Record<string, unknown>;
    for (const kind of ['resource', 'data']) addTrees(trees, kind, 2, typed[kind]);
    addTrees(trees, 'provider', 1, typed['provider']);
  }
  return trees;
}

function addTrees(
  trees: Map<string, BlockTree>,
  prefix: string,
  labels: number,
  value: unknown,
): void {
  if (!isObject(value)) return;
  if (labels === 0) {
    trees.set(prefix, treeOf(value));
    return;
  }
  for (const [name, inner] of Object.entries(value)) {
    addTrees(trees, `${prefix}.${name}`, labels - 1, inner);
  }
}

/** An attribute comes as `{ value, isBlock, … }`; some come through a snake-case filter. */
function treeOf(body: unknown): BlockTree {
  if (Array.isArray(body)) return mergeTrees(body.map((item) => treeOf(item)));
  if (!isObject(body)) return {};
  const blocks = Object.entries(body).filter(
    ([, typed]) => isObject(typed) && (typed['isBlock'] === true || typed['is_block'] === true),
  );
  return Object.fromEntries(
    blocks.map(([name, typed]) => [name, treeOf((typed as { value?: unknown }).value)]),
  );
}

function mergeTrees(trees: readonly BlockTree[]): BlockTree {
  const names = new Set(trees.flatMap((tree) => Object.keys(tree)));
  return Object.fromEntries(
    [...names].map((name) => [name, mergeTrees(trees.map((tree) => tree[name] ?? {}))]),
  );
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}
