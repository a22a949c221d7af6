import type { AwsCredentials, AwsScope } from './sign';

/** Whose AWS account pays, and how its credentials are found. */
export interface AwsAccount extends AwsScope {
  readonly source: AwsSource;
  /** Role to assume with what the source gives. */
  readonly role?: { readonly arn: string; readonly externalId?: string };
  /** Base URL of AWS's token service. @default - the region's */
  readonly stsUrl?: string;
}

/** Where credentials come from. */
export type AwsSource =
  | { readonly kind: 'static'; readonly credentials: AwsCredentials }
  /** A token projected into the container stands for a role (Kubernetes service accounts). */
  | { readonly kind: 'web-identity'; readonly roleArn: string; readonly tokenFile: string }
  /** The container's own endpoint (ECS tasks, EKS pod identity). */
  | { readonly kind: 'container'; readonly url: string; readonly tokenFile?: string }
  /** The instance's metadata service, version 2. */
  | { readonly kind: 'instance'; readonly url: string };
