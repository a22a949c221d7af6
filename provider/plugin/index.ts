/**
 * provider/plugin/: a Terraform plugin protocol 6 SDK. A provider is a `ProviderDefinition` (definition.ts), served
 * to Terraform by `serveProvider` (serve.ts). Values are in cty-*.ts, planning in planner.ts, the wire in
 * protocol/ and handlers*.ts. May import policy. See docs/provider-sdk.md.
 */
export { AigovError, AigovErrors } from '../../policy';
export { attributesOf, elementTypeOf, renderType, type CtyType } from './cty-type';
export {
  canonicalText,
  containsUnknown,
  Dynamic,
  isCtyList,
  isCtyObject,
  isUnknown,
  textOf,
  UNKNOWN,
  valuesEqual,
  type CtyObject,
  type CtyValue,
} from './cty-value';
export { decodeValue, encodeValue } from './cty-codec';
export { parseJsonValue } from './cty-json';
export {
  nestedOf,
  typeOfAttribute,
  typeOfBlock,
  type AttributeSchema,
  type BlockSchema,
  type NestedAttributeSchema,
  type NestedBlockSchema,
  type ProviderSchemas,
  type Schema,
} from './schema';
export { planChange, type ChangeRequest, type PlannedChange, type PlanRules } from './planner';
export type { Diagnostic } from './diagnostics';
export type {
  ApplyRequest,
  DataSourceDefinition,
  EphemeralDefinition,
  FunctionDefinition,
  FunctionParameter,
  HandlerContext,
  OpenedEphemeral,
  ProviderDefinition,
  Renewed,
  ResourceDefinition,
} from './definition';
export { schemasOf } from './handlers-schema';
export { createServerCertificate, type ServerCertificate } from './certificate';
export { loadServices, type ServiceName } from './services';
export type { Environment } from './handshake';
export type { Log, LogLevel } from './log';
export { serveProvider, type RunningProvider, type ServeOptions } from './serve';
