/** The part of the Coder API that checks a session token. Start reading at `coder-api.ts`. */
export { startCoderApi, type CoderApi, type CoderApiOptions, type CoderUser } from './coder-api';
