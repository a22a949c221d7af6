import { maskCredential } from '../credentials';
import type { UpstreamKey } from '../upstream-key';
import type { AwsAccount } from './account';
import { createCredentials } from './credentials';
import { signRequest } from './sign';

/** Signs requests with an AWS account. */
export function createAwsKey(providerName: string, account: AwsAccount): UpstreamKey {
  const credentialsOf = createCredentials(account);
  const { source } = account;
  let hint = source.kind === 'static' ? maskCredential(source.credentials.accessKeyId) : '';
  return {
    id: `${providerName}/aws`,
    get hint() {
      return hint;
    },
    async prove(request) {
      const credentials = await credentialsOf();
      hint = maskCredential(credentials.accessKeyId);
      return signRequest(request, credentials, account, new Date());
    },
  };
}
