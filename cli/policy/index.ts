import type { Command } from 'commander';
import type { CliIo } from '../io';
import { checkPolicies } from './check';
import { decideLines } from './decide';
import { explainPolicy, type ExplainOptions } from './explain';
import { withFactOptions, type FactOptions } from './policy-files';

function registerCheck(policy: Command, io: CliIo): void {
  policy
    .command('check <files...>')
    .description('validate and compose policy files, all faults at once')
    .option('--json', 'one JSON document on stdout')
    .addHelpText('after', '\nExample:\n  aigov policy check org.yaml team.yaml')
    .action((files: string[], options: { json?: boolean }) =>
      checkPolicies(files, options.json === true, io),
    );
}

function registerDecide(policy: Command, io: CliIo): void {
  const command = policy
    .command('decide [files...]')
    .description('answer JSON lines on stdin with decisions, in order')
    .option('--json', 'output is JSON lines anyway')
    .addHelpText(
      'after',
      '\nExample:\n  echo \'{"network":{"method":"GET","url":"https://github.com/"}}\' | aigov policy decide org.yaml',
    );
  withFactOptions(command).action((files: string[], options: FactOptions) =>
    decideLines(files, options, io),
  );
}

function registerExplain(policy: Command, io: CliIo): void {
  const command = policy
    .command('explain [operands...]')
    .usage(
      '[options] [FILE...] (METHOD URL | --command LINE | --model P/M | --tool NAME | --tcp HOST:PORT | --file MODE:PATH)',
    )
    .description('the decision and the chain of layers behind it; exit 1 when denied')
    .option('--command <line>', 'a shell command line')
    .option('--model <provider/model>', 'a model')
    .option('--tool <name>', 'a tool')
    .option('--tcp <host:port>', 'a raw TCP connection')
    .option('--file <mode:path>', 'read:PATH or write:PATH')
    .option('--json', 'one JSON document on stdout')
    .addHelpText(
      'after',
      '\nExample:\n  aigov policy explain org.yaml team.yaml GET https://api.github.com/user',
    );
  withFactOptions(command).action((operands: string[], options: ExplainOptions) =>
    explainPolicy(operands, options, io),
  );
}

/** Adds `aigov policy …`. */
export function registerPolicyCommands(program: Command, io: CliIo): void {
  const policy = program
    .command('policy')
    .description('check, decide, explain and compose policies')
    .addHelpText('after', '\nExample:\n  aigov policy check org.yaml team.yaml');
  registerCheck(policy, io);
  registerDecide(policy, io);
  registerExplain(policy, io);
}
