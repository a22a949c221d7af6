import type { PolicyDocument } from './document';
import { AigovError, AigovErrors } from './error';
import { validate } from './validator.generated';

/** The part of an ajv error that faults are made of. */
interface AjvError {
  readonly instancePath: string;
  readonly keyword: string;
  readonly message?: string;
  readonly params: Readonly<Record<string, unknown>>;
}

type CompiledValidator = ((value: unknown) => boolean) & { errors?: readonly AjvError[] | null };

function placeOf(pointer: string): string {
  const parts = pointer
    .split('/')
    .slice(1)
    .map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'));
  return parts.reduce(
    (path, part) =>
      /^\d+$/.test(part) ? `${path}[${part}]` : path === '' ? part : `${path}.${part}`,
    '',
  );
}

function faultOf({ instancePath, keyword, message = 'is invalid', params }: AjvError): AigovError {
  const place = placeOf(instancePath) || 'the policy';
  const options = { at: place };
  if (keyword === 'additionalProperties') {
    const key = String(params['additionalProperty']);
    const remedy = `Remove "${key}" or correct its spelling.`;
    return new AigovError('POLICY_KEY_UNKNOWN', `${place} has the unknown key "${key}"`, {
      remedy,
      ...options,
    });
  }
  if (keyword === 'required') {
    const key = String(params['missingProperty']);
    return new AigovError('POLICY_KEY_MISSING', `${place} has no "${key}"`, {
      remedy: `Add "${key}".`,
      ...options,
    });
  }
  const code = keyword === 'type' ? 'POLICY_TYPE_INVALID' : 'POLICY_VALUE_INVALID';
  return new AigovError(code, `${place} ${message}`, { remedy: 'Correct the value.', ...options });
}

/**
 * Checks the shape of a document with the compiled validator: no zod, for the workspace bundle. What rules mean is
 * checked by `compilePolicy`.
 * @throws AigovErrors with all faults
 */
export function validatePolicy(value: unknown): PolicyDocument {
  const check: CompiledValidator = validate;
  if (check(value)) return value as PolicyDocument;
  throw new AigovErrors((check.errors ?? []).map(faultOf));
}
