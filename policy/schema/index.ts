/**
 * policy/schema: the second door of policy/, with zod and YAML: for synth, cli, server and provider, never for the
 * workspace bundle. Start reading at `document-schema.ts`.
 */
export { policyDocumentSchema, policyJsonSchema } from './document-schema';
export { parsePolicy, parsePolicyValue, type PolicySource } from './parse';
export { loadPolicies, loadPolicySources, type ReadText } from './load';
export { MAX_POLICY_LENGTH } from './yaml-source';
