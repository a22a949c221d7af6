/** The part of the Coder API that checks a session token and what belongs to its user. Start reading at `coder-api.ts`. */
export {
  startCoderApi,
  type CoderApi,
  type CoderApiOptions,
  type CoderUser,
  type CoderWorkspace,
} from './coder-api';
