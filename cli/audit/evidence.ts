import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Command } from 'commander';
import { AigovError } from '../../policy';
import {
  proofProblem,
  proveRecords,
  readLatestCheckpoint,
  readLedgerKey,
  type ProofProblem,
} from '../../audit';
import type { CliIo } from '../io';
import { ledgerPlace, verifySource, withSource, type SourceFlags } from './source';
import { renderVerdict } from './verdict';

interface VerifyFlags extends SourceFlags {
  readonly checkpoint?: string;
  readonly publicKey?: string;
  readonly json?: true;
}

interface ProveFlags extends SourceFlags {
  readonly output?: string;
}

/** `aigov audit verify|checkpoint|prove|verify-proof`: evidence that records are what they were. */
export function registerEvidenceCommands(audit: Command, io: CliIo): void {
  withSource(audit.command('verify [dir]'))
    .description('recompute every hash; exits 1 and names the first bad record')
    .option(
      '--checkpoint <file>',
      'a checkpoint kept elsewhere: the ledger must still begin with it',
    )
    .option('--public-key <key>', "the ledger's public key, or a file that holds it")
    .option('--json', 'print one document')
    .addHelpText('after', '\nExample: aigov audit verify ./aigov-data --checkpoint kept.txt\n')
    .action((directory: string | undefined, flags: VerifyFlags) => runVerify(directory, flags, io));
  withSource(audit.command('checkpoint [dir]'))
    .description(
      "print the ledger's newest signed checkpoint and its public key, to be kept elsewhere",
    )
    .option('--json', 'print one document')
    .addHelpText('after', '\nExample: aigov audit checkpoint ./aigov-data > kept.txt\n')
    .action((directory: string | undefined, flags: VerifyFlags) =>
      runCheckpoint(directory, flags, io),
    );
  withSource(audit.command('prove <id> [dir]'))
    .description('prove one entry to somebody who has only the public key')
    .option('-o, --output <file>', 'write to a file instead of standard output')
    .addHelpText(
      'after',
      '\nExample: aigov audit prove 01a1fd5f-a206-7381-93f8-afa803d5137d -o proof.json\n',
    )
    .action((id: string, directory: string | undefined, flags: ProveFlags) =>
      runProve(id, directory, flags, io),
    );
  audit
    .command('verify-proof <file>')
    .description('check a proof; exits 1 when it does not hold')
    .requiredOption('--public-key <key>', "the ledger's public key, or a file that holds it")
    .option('--json', 'print one document')
    .addHelpText(
      'after',
      '\nExample: aigov audit verify-proof proof.json --public-key ledger.pub\n',
    )
    .action((file: string, flags: { publicKey: string; json?: true }) =>
      runVerifyProof(file, flags, io),
    );
}

async function runVerify(
  directory: string | undefined,
  flags: VerifyFlags,
  io: CliIo,
): Promise<void> {
  const { checkpoint, publicKey } = flags;
  const report = await verifySource(directory, flags, io, {
    ...(checkpoint === undefined ? {} : { checkpoint: readText(checkpoint, io) }),
    ...(publicKey === undefined ? {} : { publicKey: readKey(publicKey, io) }),
  });
  io.stdout.write(flags.json ? `${JSON.stringify(report)}\n` : renderVerdict(report));
  if (!report.valid) io.setExitCode(1);
}

async function runCheckpoint(
  directory: string | undefined,
  flags: VerifyFlags,
  io: CliIo,
): Promise<void> {
  const place = ledgerPlace(directory, flags, io);
  const [checkpoint, publicKey] = [await readLatestCheckpoint(place), await readLedgerKey(place)];
  if (checkpoint === undefined) {
    io.stderr.write('aigov: nothing was signed yet\n');
    io.setExitCode(1);
  } else if (flags.json) io.stdout.write(`${JSON.stringify({ checkpoint, publicKey })}\n`);
  else {
    io.stdout.write(checkpoint);
    io.stderr.write(`public key: ${publicKey ?? 'not beside this ledger'}\n`);
  }
}

async function runProve(
  id: string,
  directory: string | undefined,
  flags: ProveFlags,
  io: CliIo,
): Promise<void> {
  const proof = `${JSON.stringify(await proveRecords(ledgerPlace(directory, flags, io), id))}\n`;
  if (flags.output === undefined) io.stdout.write(proof);
  else writeFileSync(resolve(io.cwd, flags.output), proof, { mode: 0o600 });
}

function runVerifyProof(file: string, flags: { publicKey: string; json?: true }, io: CliIo): void {
  const problem = proofProblem(parseJson(readText(file, io)), readKey(flags.publicKey, io));
  const verdict =
    problem === undefined
      ? 'holds: the records stood in the ledger as they are here'
      : MEANING[problem];
  io.stdout.write(
    flags.json ? `${JSON.stringify({ valid: problem === undefined, problem })}\n` : `${verdict}\n`,
  );
  if (problem !== undefined) io.setExitCode(1);
}

const MEANING: Readonly<Record<ProofProblem, string>> = {
  not_a_proof: 'DOES NOT HOLD: the file is no proof',
  record_altered: 'DOES NOT HOLD: the record or its arrival was changed',
  not_in_tree: 'DOES NOT HOLD: the record is not in the signed tree',
  checkpoint_not_signed: 'DOES NOT HOLD: the checkpoint is not signed by this key',
};

/** A key, or the name of a file that holds one. */
function readKey(given: string, io: CliIo): string {
  const file = resolve(io.cwd, given);
  return existsSync(file) ? readText(file, io).trim() : given;
}

function readText(file: string, io: CliIo): string {
  try {
    return readFileSync(resolve(io.cwd, file), 'utf8');
  } catch (cause) {
    throw new AigovError('FILE_UNREADABLE', `${file}: cannot be read`, {
      remedy: 'Name a file that exists and that this user may read.',
      at: file,
      cause,
    });
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
