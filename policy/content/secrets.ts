import type { Detector } from './detector';

/** A user and a password in a URL. */
const CREDENTIALS_IN_URL = `://[^\\s/:@"'<>\\\\]*:[^\\s/@"'<>\\\\]+@[^\\s/"'<>\\\\]+`;
const SCHEMES = [
  'postgres',
  'postgresql',
  'mysql',
  'mariadb',
  'mongodb',
  'mongodb\\+srv',
  'mssql',
  'sqlserver',
  'redis',
  'rediss',
  'amqp',
  'amqps',
  'ldap',
  'ldaps',
  'smtp',
  'smtps',
];

/** A line break, or one written as an escape in source text. */
const BREAK = '(?:\\s|\\\\n|\\\\r)';

const KEY_BODY = `-----(?:${BREAK}*[A-Za-z0-9+/=]{16,})*`;

/**
 * Tokens whose issuer gave them a form of their own, private keys, and passwords in connection strings. What looks like
 * any other word (a password in prose, a hexadecimal key without its name) is not among them. Forms as their issuers
 * document them, read 2026-11-28; docs/content.md lists them.
 */
export const SECRETS: readonly Detector[] = [
  { id: 'aws-access-key-id', pattern: '\\b(?:AKIA|ASIA)[A-Z2-7]{16}\\b' },
  {
    id: 'aws-secret-access-key',
    pattern: `(?:aws_secret_access_key|AWS_SECRET_ACCESS_KEY|SecretAccessKey|secretAccessKey)\\\\?["']?\\s*[:=]\\s*\\\\?["']?[A-Za-z0-9/+]{40}`,
  },
  { id: 'google-api-key', pattern: '\\bAIza[\\w-]{35}' },
  { id: 'google-oauth-secret', pattern: '\\bGOCSPX-[\\w-]{28}' },
  { id: 'azure-storage-key', pattern: 'AccountKey=[A-Za-z0-9+/]{86}==' },
  { id: 'azure-sas-signature', pattern: '[?&]sig=[A-Za-z0-9%]{43,}' },
  { id: 'github-token', pattern: '\\bgh[pousr]_[A-Za-z0-9]{36,}' },
  { id: 'github-fine-grained-token', pattern: '\\bgithub_pat_\\w{80,}' },
  { id: 'gitlab-token', pattern: '\\bgl(?:pat|dt|rt|ptt|oas)-[\\w-]{20,}' },
  { id: 'slack-token', pattern: '\\bxox[abeoprs]-[A-Za-z0-9-]{10,}' },
  { id: 'slack-app-token', pattern: '\\bxapp-\\d-[A-Za-z0-9-]{10,}' },
  { id: 'slack-webhook', pattern: 'https://hooks\\.slack\\.com/services/[\\w/]{20,}' },
  { id: 'anthropic-key', pattern: '\\bsk-ant-[\\w-]{20,}' },
  {
    id: 'openai-key',
    pattern: '\\bsk-(?:proj|svcacct|admin)-[\\w-]{20,}|\\bsk-[A-Za-z0-9]{48}\\b',
  },
  { id: 'hugging-face-token', pattern: '\\bhf_[A-Za-z0-9]{30,}' },
  { id: 'stripe-key', pattern: '\\b(?:sk|rk)_(?:live|test)_[A-Za-z0-9]{16,}' },
  { id: 'stripe-webhook-secret', pattern: '\\bwhsec_[A-Za-z0-9]{24,}' },
  { id: 'npm-token', pattern: '\\bnpm_[A-Za-z0-9]{36}' },
  { id: 'pypi-token', pattern: '\\bpypi-AgEIcHlwaS5vcmc[\\w-]{50,}' },
  { id: 'sendgrid-key', pattern: '\\bSG\\.[\\w-]{22}\\.[\\w-]{43}' },
  { id: 'digitalocean-token', pattern: '\\bdo[opr]_v1_[0-9a-f]{64}' },
  { id: 'databricks-token', pattern: '\\bdapi[0-9a-f]{32}' },
  { id: 'shopify-token', pattern: '\\bshp(?:at|ca|pa|ss)_[0-9a-fA-F]{32}' },
  { id: 'vault-token', pattern: '\\bhv[sb]\\.[\\w-]{24,}' },
  { id: 'terraform-cloud-token', pattern: '\\.atlasv1\\.[\\w-]{60,}' },
  { id: 'age-secret-key', pattern: '\\bAGE-SECRET-KEY-1[0-9A-Z]{58}' },
  { id: 'coder-token', pattern: 'CODER_(?:SESSION|AGENT)_TOKEN=\\\\?["\']?[\\w-]{16,}' },
  { id: 'json-web-token', pattern: '\\beyJ[\\w-]{8,}\\.eyJ[\\w-]{8,}\\.[\\w-]{8,}' },
  {
    id: 'private-key',
    pattern: `-----BEGIN [A-Z ]{0,40}PRIVATE KEY(?: BLOCK)?(?:${KEY_BODY}|-----(?:[^-]|-[^-])+-----END [A-Z ]{0,40}PRIVATE KEY(?: BLOCK)?-----)`,
  },
  ...SCHEMES.map((scheme) => ({
    id: 'connection-string',
    pattern: `\\b${scheme}${CREDENTIALS_IN_URL}`,
  })),
  { id: 'url-credentials', pattern: `\\bhttps?${CREDENTIALS_IN_URL}` },
  {
    id: 'authorization-header',
    pattern: '\\b[Aa]uthorization: ?(?:Bearer|Basic|Token) [\\w.~+/=-]{16,}',
  },
];
