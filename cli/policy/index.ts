import type { Command } from 'commander';
import { readTime } from '../audit/filters';
import type { CliIo } from '../io';
import { checkPolicies } from './check';
import { decideLines } from './decide';
import { explainPolicy, type ExplainOptions } from './explain';
import { importPolicy, IMPORT_NAMES } from './import';
import { withFactOptions, type FactOptions } from './policy-files';
import { composePolicies, FORMAT_NAMES, renderPolicies, type RenderOptions } from './render';
import { suggestPolicy, type SuggestOptions } from './suggest';
import { testPolicies } from './test-policies';

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

function registerCompose(policy: Command, io: CliIo): void {
  const command = policy
    .command('compose <files...>')
    .description('the one document that means what the layers mean together')
    .option('--json', 'one JSON document instead of YAML')
    .addHelpText('after', '\nExample:\n  aigov policy compose org.yaml team.yaml');
  withFactOptions(command).action((files: string[], options: FactOptions & { json?: boolean }) =>
    composePolicies(files, options, io),
  );
}

function registerRender(policy: Command, io: CliIo): void {
  const command = policy
    .command('render <files...>')
    .description('the effective policy in the words of another system')
    .requiredOption('--as <format>', FORMAT_NAMES.join(', '))
    .option('--allow-loss', 'go on although the format cannot express everything')
    .option('--out <dir>', 'write each file at its own path below this folder')
    .option('--json', 'one JSON document: path, text, also (a second file), lost')
    .addHelpText(
      'after',
      '\nExample:\n  aigov policy render org.yaml --as boundary > config.yaml\n  aigov policy render org.yaml --as gemini --out rootfs',
    );
  withFactOptions(command).action((files: string[], options: RenderOptions) =>
    renderPolicies(files, options, io),
  );
}

function registerImport(policy: Command, io: CliIo): void {
  policy
    .command('import <format> <file>')
    .description(`rules of another system as a policy layer: ${IMPORT_NAMES.join(', ')}`)
    .option('--json', 'one JSON document: policy, skipped')
    .addHelpText('after', '\nExample:\n  aigov policy import boundary config.yaml > template.yaml')
    .action((format: string, file: string, options: { json?: boolean }) =>
      importPolicy(format, file, options.json === true, io),
    );
}

function registerSuggest(policy: Command, io: CliIo): void {
  const command = policy
    .command('suggest [files...]')
    .description(
      'the few rules that would have allowed what was denied, as a layer below the files',
    )
    .option('--audit <dir>', 'spool directory or ledger with the records')
    .option('--server <url>', 'ask a server instead (token from AIGOV_TOKEN)')
    .option('--records <file>', 'JSON lines of records instead')
    .option('--workspace <id-or-name>', 'only what this workspace was denied')
    .option('--from <time>', 'only what was denied then or later (RFC 3339 or a date)', readTime)
    .option('--to <time>', 'only what was denied before', readTime)
    .option('--name <layer>', 'name of the layer', 'suggested')
    .option('--json', 'one JSON document: suggestions, unsuggested')
    .addHelpText(
      'after',
      '\nExample:\n  aigov policy suggest org.yaml --audit ~/.local/state/aigov/spool > team.yaml\n  aigov policy suggest org.yaml --server https://aigov.corp.example --workspace dev',
    );
  withFactOptions(command).action((files: string[], options: SuggestOptions) =>
    suggestPolicy(files, options, io),
  );
}

function registerTest(policy: Command, io: CliIo): void {
  policy
    .command('test <files...>')
    .description('table tests of policies in YAML; exit 1 when one fails')
    .option('--json', 'one JSON document')
    .addHelpText('after', '\nExample:\n  aigov policy test policy-tests.yaml')
    .action((files: string[], options: { json?: boolean }) =>
      testPolicies(files, options.json === true, io),
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
  registerCompose(policy, io);
  registerRender(policy, io);
  registerImport(policy, io);
  registerSuggest(policy, io);
  registerTest(policy, io);
}
