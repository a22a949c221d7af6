import { join, resolve } from 'node:path';
import type { TemplateAgent, CoderAgent, ModelUpstream } from '../../emulator';
import type { PolicyDocument } from '../../policy';
import type { CliIo } from '../io';
import type { Owned } from './owned';

export interface DemoFlags {
  readonly json?: true;
  readonly keep?: true;
  readonly step?: true;
  readonly policy?: string;
  readonly requireLevel?: string;
  readonly anthropic?: true;
}

/** Who plays in the story. The session token and the provider key are made up anew for each run. */
export interface Cast {
  readonly owner: string;
  readonly workspace: { readonly id: string; readonly name: string };
  readonly template: { readonly id: string; readonly name: string; readonly version: string };
  readonly sessionToken: string;
  readonly providerKey: string;
  readonly auditorToken: string;
  readonly agentToken: string;
}

/** What the steps hand to each other. A step reads only what an earlier one has set. */
export interface DemoContext {
  readonly io: CliIo;
  readonly flags: DemoFlags;
  readonly owned: Owned;
  readonly cast: Cast;
  /** Root of the installed package: examples, dist, firewall/native. */
  readonly packageRoot: string;
  /** Everything the demo writes is below it. */
  readonly scratch: string;
  /** Where the server will listen. */
  readonly serverUrl: string;
  policy?: PolicyDocument;
  templateDir?: string;
  agentTemplate?: TemplateAgent;
  agent?: CoderAgent;
  upstream?: ModelUpstream;
  ledgerFile?: string;
  projectDir?: string;
  level?: string;
}

export function policyFileOf({ flags, io, packageRoot }: DemoContext): string {
  return flags.policy === undefined
    ? join(packageRoot, 'examples', 'quickstart', 'policy.yaml')
    : resolve(io.cwd, flags.policy);
}

/** The story's steps run in order, so a missing fact is a bug here and not a fault of the user. */
export function known<T>(value: T | undefined, name: string): T {
  if (value === undefined) throw new Error(`the story has not told ${name} yet`);
  return value;
}

/** Paths of this machine say nothing to a reader. */
export function shortened(text: string, { scratch }: DemoContext): string {
  return text
    .replaceAll(process.execPath, 'node')
    .replaceAll(join(scratch, 'home'), '~')
    .replaceAll(scratch, '…');
}
