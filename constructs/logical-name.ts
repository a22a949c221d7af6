import { TerraformStack, type TerraformElement } from 'cdktf';
import type { Construct } from 'constructs';

/**
 * Terraform name of something a construct owns: the construct's path in its template, then `suffix`. Stable: it
 * changes only with the construct's id, and then people's workspaces are rebuilt.
 */
export function logicalName(owner: Construct, suffix = ''): string {
  const depth = TerraformStack.of(owner).node.scopes.length;
  const ids = owner.node.scopes.slice(depth).map((scope) => scope.node.id);
  const name = [...ids, suffix]
    .filter((part) => part !== '')
    .join('_')
    .replaceAll(/[^\w-]/g, '_');
  return /^[A-Za-z_]/.test(name) ? name : `_${name}`;
}

/** Gives an element the name its owner would; returns the element. */
export function named<Element extends TerraformElement>(
  element: Element,
  owner: Construct,
  suffix = '',
): Element {
  element.overrideLogicalId(logicalName(owner, suffix));
  return element;
}
