import type { z } from 'zod';
import type { AwsAccount } from '../gateway';
import type { awsSchema } from './provider-schema';
import type { SecretReference } from './secret';

type Environment = Readonly<Record<string, string | undefined>>;

/** Where a container on ECS asks. */
const CONTAINER_URL = 'http://169.254.170.2';
const INSTANCE_URL = 'http://169.254.169.254';

/**
 * The account of a provider: credentials of the file, else those AWS's own tools would find: environment, web identity,
 * container, instance.
 */
export function resolveAwsAccount(
  baseUrl: string,
  document: z.infer<typeof awsSchema>,
  environment: Environment,
  fetch: (reference: SecretReference, key: string) => string,
): AwsAccount {
  const { region, roleArn, externalId } = document;
  const isMantle = new URL(baseUrl).hostname.startsWith('bedrock-mantle.');
  const stsUrl = environment['AWS_ENDPOINT_URL_STS'];
  return {
    region,
    service: isMantle ? 'bedrock-mantle' : 'bedrock',
    source: staticSource(document, fetch) ?? ambientSource(environment),
    ...(roleArn && { role: { arn: roleArn, ...(externalId && { externalId }) } }),
    ...(stsUrl && { stsUrl }),
  };
}

function staticSource(
  { accessKeyId, secretAccessKey, sessionToken }: z.infer<typeof awsSchema>,
  fetch: (reference: SecretReference, key: string) => string,
): AwsAccount['source'] | undefined {
  if (accessKeyId === undefined || secretAccessKey === undefined) return undefined;
  const credentials = {
    accessKeyId: fetch(accessKeyId, 'accessKeyId'),
    secretAccessKey: fetch(secretAccessKey, 'secretAccessKey'),
    ...(sessionToken && { sessionToken: fetch(sessionToken, 'sessionToken') }),
  };
  return { kind: 'static', credentials };
}

function ambientSource(environment: Environment): AwsAccount['source'] {
  const {
    AWS_ACCESS_KEY_ID: accessKeyId,
    AWS_SECRET_ACCESS_KEY: secretAccessKey,
    AWS_SESSION_TOKEN: sessionToken,
    AWS_WEB_IDENTITY_TOKEN_FILE: tokenFile,
    AWS_ROLE_ARN: roleArn,
  } = environment;
  if (accessKeyId && secretAccessKey) {
    const credentials = { accessKeyId, secretAccessKey, ...(sessionToken && { sessionToken }) };
    return { kind: 'static', credentials };
  }
  if (tokenFile && roleArn) return { kind: 'web-identity', roleArn, tokenFile };
  return containerSource(environment) ?? { kind: 'instance', url: INSTANCE_URL };
}

function containerSource(environment: Environment): AwsAccount['source'] | undefined {
  const relative = environment['AWS_CONTAINER_CREDENTIALS_RELATIVE_URI'];
  const url =
    environment['AWS_CONTAINER_CREDENTIALS_FULL_URI'] ??
    (relative && `${CONTAINER_URL}${relative}`);
  if (!url) return undefined;
  const tokenFile = environment['AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE'];
  return { kind: 'container', url, ...(tokenFile && { tokenFile }) };
}
