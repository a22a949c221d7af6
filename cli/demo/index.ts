import { randomBytes, randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Command } from 'commander';
import { AigovError } from '../../policy';
import type { CliIo } from '../io';
import type { Cast, DemoContext, DemoFlags } from './context';
import { freePort } from './free-port';
import { Owned } from './owned';
import { applyStep } from './step-apply';
import { auditStep } from './step-audit';
import { policyStep } from './step-policy';
import { startStep } from './step-start';
import { stoppedStep } from './step-stopped';
import { synthStep } from './step-synth';
import { workStep } from './step-work';
import { hasHeld, tellStory, type ToldStep } from './story';

const STEPS = [policyStep, synthStep, applyStep, startStep, workStep, stoppedStep, auditStep];

/** `aigov demo`: the story of the README, each step with its evidence. Exits 0 only if every step held. */
export function registerDemoCommand(program: Command, io: CliIo, packageRoot: string): void {
  program
    .command('demo')
    .description('one governed workspace from policy to audit, on this machine')
    .option('--json', 'print the evidence as one document')
    .option('--keep', 'leave the scratch folder')
    .option('--step', 'wait for Enter between steps')
    .option('--policy <file>', 'policy instead of examples/quickstart/policy.yaml')
    .option('--require-level <level>', 'fail unless the jail is at this level')
    .option('--anthropic', 'use the real API with ANTHROPIC_API_KEY')
    .addHelpText('after', '\nExample: aigov demo --step\n')
    .action((flags: DemoFlags) => runDemo(flags, io, packageRoot));
}

async function runDemo(flags: DemoFlags, io: CliIo, packageRoot: string): Promise<void> {
  requireKey(flags, io);
  const scratch = await mkdtemp(join(tmpdir(), 'aigov-demo-'));
  const owned = new Owned();
  const serverUrl = `http://127.0.0.1:${await freePort()}`;
  const context: DemoContext = {
    io,
    flags,
    owned,
    cast: newCast(),
    packageRoot,
    scratch,
    serverUrl,
  };
  try {
    const teller = { io, asJson: flags.json === true, waits: flags.step === true };
    const told = await tellStory(STEPS, context, teller);
    finish(told, context);
  } finally {
    for (const failure of await owned.close()) io.stderr.write(`demo: ${failure}\n`);
    if (flags.keep) io.stderr.write(`scratch folder: ${scratch}\n`);
    else await rm(scratch, { recursive: true, force: true });
  }
}

function requireKey(flags: DemoFlags, io: CliIo): void {
  if (flags.anthropic === undefined || io.environment['ANTHROPIC_API_KEY']) return;
  throw new AigovError('PROVIDER_KEY_MISSING', 'ANTHROPIC_API_KEY: is not set', {
    remedy: 'Set ANTHROPIC_API_KEY, or leave out --anthropic.',
    at: 'ANTHROPIC_API_KEY',
  });
}

/** Secrets are new in each run, so finding one anywhere it does not belong cannot be a coincidence. */
function newCast(): Cast {
  const secret = (prefix: string) => `${prefix}${randomBytes(24).toString('hex')}`;
  return {
    owner: 'alice',
    workspace: { id: randomUUID(), name: 'payments-dev' },
    template: { id: randomUUID(), name: 'governed', version: 'v1' },
    sessionToken: secret('session-'),
    providerKey: secret('sk-ant-demo-'),
    auditorToken: secret('auditor-'),
    agentToken: randomUUID(),
  };
}

function finish(told: readonly ToldStep[], { flags, io, level }: DemoContext): void {
  const held = told.length === STEPS.length && told.every(hasHeld);
  if (flags.json) io.stdout.write(`${JSON.stringify({ held, level, steps: told }, null, 2)}\n`);
  else io.stdout.write(held ? '\nEvery step held.\n' : '\nNot every step held.\n');
  io.setExitCode(held ? 0 : 1);
}
