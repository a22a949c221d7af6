import { execFile } from 'node:child_process';
import { AigovError, type Environment } from '../../provider/plugin';
import type { ProviderMirror } from '../stand-in';
import { findTerraform } from './find-program';
import type { StateDocument } from './state';

export interface TerraformOptions {
  /** Folder with the template: Terraform writes `.terraform` and its state into it. */
  readonly dir: string;
  readonly mirror: ProviderMirror;
  /** What providers and Terraform see, and all they see besides HOME and PATH below. */
  readonly environment: Environment;
  /** Searched for `terraform`, then `tofu`, and given to them. */
  readonly path: string | undefined;
  /** @default - the first of terraform and tofu on `path` */
  readonly terraformPath?: string;
  /** Values of Terraform variables, as `-var` would give them, but not visible in argv. */
  readonly variables?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal;
}

export interface PlanResult {
  readonly hasChanges: boolean;
  /** What Terraform printed. Holds no sensitive value that Terraform knows of. */
  readonly text: string;
}

/** One template folder driven by Terraform through its own plugin protocol. Every method throws what Terraform refuses. */
export interface Terraform {
  /** Absolute path of the program in use. */
  readonly program: string;
  init(): Promise<void>;
  validate(): Promise<void>;
  plan(): Promise<PlanResult>;
  apply(): Promise<void>;
  /** The state as `terraform show -json` gives it: secrets in clear. */
  show(): Promise<StateDocument>;
  destroy(): Promise<void>;
}

const MAX_OUTPUT_BYTES = 64 * 1024 * 1024;
const PLAN_HAS_CHANGES = 2;

/** Finds Terraform and prepares to drive one folder with it. Throws PROGRAM_MISSING when there is none. */
export async function openTerraform(options: TerraformOptions): Promise<Terraform> {
  const program = options.terraformPath ?? (await findTerraform(options.path));
  if (program === undefined) {
    throw new AigovError('PROGRAM_MISSING', 'neither terraform nor tofu is on PATH', {
      remedy: 'Install Terraform 1.9 or newer, or leave out the steps that apply a template.',
    });
  }
  const run = (args: readonly string[], allowed: readonly number[] = [0]) =>
    runOnce(program, args, options, allowed);
  return {
    program,
    init: async () => void (await run(['init', '-input=false', '-no-color'])),
    validate: async () => void (await run(['validate', '-no-color'])),
    plan: async () => {
      const args = ['plan', '-input=false', '-no-color', '-detailed-exitcode', '-lock=false'];
      const { code, stdout } = await run(args, [0, PLAN_HAS_CHANGES]);
      return { hasChanges: code === PLAN_HAS_CHANGES, text: stdout };
    },
    apply: async () => void (await run(['apply', '-input=false', '-no-color', '-auto-approve'])),
    show: async () =>
      JSON.parse((await run(['show', '-json', '-no-color'])).stdout) as StateDocument,
    destroy: async () =>
      void (await run(['destroy', '-input=false', '-no-color', '-auto-approve'])),
  };
}

/** Everything Terraform is told by its environment: nothing else of this process's leaks in. */
function environmentOf(options: TerraformOptions): NodeJS.ProcessEnv {
  const variables = Object.entries(options.variables ?? {}).map(
    ([name, value]) => [`TF_VAR_${name}`, value] as const,
  );
  return {
    PATH: options.path,
    HOME: options.dir,
    ...options.environment,
    ...Object.fromEntries(variables),
    CHECKPOINT_DISABLE: '1',
    TF_IN_AUTOMATION: '1',
    TF_INPUT: '0',
    TF_CLI_CONFIG_FILE: options.mirror.cliConfigFile,
  };
}

interface Finished {
  readonly code: number;
  readonly stdout: string;
}

function runOnce(
  program: string,
  args: readonly string[],
  options: TerraformOptions,
  allowed: readonly number[],
): Promise<Finished> {
  const { dir: cwd, signal } = options;
  const env = environmentOf(options);
  const settings = { cwd, env, maxBuffer: MAX_OUTPUT_BYTES, ...(signal ? { signal } : {}) };
  return new Promise((resolve, reject) => {
    execFile(program, args, settings, (error, stdout, stderr) => {
      const code = error === null ? 0 : typeof error.code === 'number' ? error.code : -1;
      if (allowed.includes(code)) resolve({ code, stdout });
      else reject(refusal(args[0] ?? '', code, stderr || stdout || (error?.message ?? '')));
    });
  });
}

/** Terraform's own diagnostics are the message: they name file, line and attribute. */
function refusal(command: string, code: number, output: string): AigovError {
  const faults = output
    .split('\n')
    .map((line) => line.replace(/^[│╷╵]\s?/, '').trimEnd())
    .filter((line) => line !== '' && !/^[╷╵]$/.test(line));
  const message = `terraform ${command} ended with ${code}:\n${faults.join('\n')}`;
  return new AigovError(`TERRAFORM_${command.toUpperCase()}_FAILED`, message, {
    remedy: 'Correct what Terraform names above.',
  });
}
