import type { BudgetScope } from '../policy';
import type { Caller } from './admission';

/** What a request asks for. */
export interface RequestTarget {
  readonly providerName: string;
  /** Empty where the request names none. */
  readonly model: string;
}

/**
 * Whom or what a request counts for in a scope. Empty: nobody is known, so what is limited there does not apply. A
 * person counts in every group.
 */
export function subjectsOf(
  scope: BudgetScope,
  { identity, context }: Caller,
  { providerName, model }: RequestTarget,
): readonly string[] {
  switch (scope) {
    case 'user':
      return [identity.user];
    case 'group':
      return identity.groups ?? [];
    case 'organization':
      return known(identity.organization);
    case 'token':
      return known(identity.tokenId);
    case 'template':
      return known(context?.workspace.templateId);
    case 'workspace':
      return known(context?.workspace.id);
    case 'task':
      return known(context?.taskId);
    case 'provider':
      return [providerName];
    case 'model':
      return model === '' ? [] : [`${providerName}/${model}`];
  }
}

function known(subject: string | undefined): readonly string[] {
  return subject === undefined || subject === '' ? [] : [subject];
}
