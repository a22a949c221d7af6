import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { openSpool } from '../../audit';
import { runInJail, startFirewall } from '../../firewall';
import { AigovError, compilePolicy, LEVELS, type Level, type PolicyDocument } from '../../policy';
import { loadFiles } from '../policy/policy-files';
import { corporateRoots } from '../workspace/corporate-roots';
import { resolveWith } from '../workspace/resolve-map';
import type { RunAlone, RunFlags } from './index';

/** `aigov run --policy FILE`: a firewall of its own for one command, gone with it. */
export const runAlone: RunAlone = async (flags, argv, io) => {
  const policy = compilePolicy(
    loadFiles(flags.policy, io).map(({ document }) => inMode(document, flags)),
  );
  const state = await mkdtemp(join(tmpdir(), 'aigov-run-'));
  const spool = await openSpool({
    directory: flags.audit === undefined ? join(state, 'spool') : resolve(io.cwd, flags.audit),
  });
  try {
    const firewall = await startFirewall({
      stateDir: state,
      helperPath: helperPath(),
      policy: () => policy,
      recorder: spool,
      facts: {},
      loopback: [],
      resolve: resolveWith(io.environment['AIGOV_RESOLVE']),
      corporateRoots: corporateRoots(io.environment),
      log: (line) => void io.stderr.write(`${line}\n`),
      ...levelOf(flags),
    });
    const status = await runInJail({ argv, firewall, env: io.environment, cwd: io.cwd });
    await firewall.close();
    return status;
  } finally {
    await spool.close();
    await rm(state, { recursive: true, force: true });
  }
};

function inMode(layer: PolicyDocument, { monitor }: RunFlags): PolicyDocument {
  return monitor ? { ...layer, firewall: { ...layer.firewall, mode: 'monitor' } } : layer;
}

function levelOf({ level }: RunFlags): { readonly level?: Level } {
  if (level === undefined) return {};
  const known = LEVELS.find((each) => each === level);
  if (known !== undefined) return { level: known };
  throw new AigovError(
    'LEVEL_UNKNOWN',
    `--level: ${JSON.stringify(level)}; allowed are ${LEVELS.join(', ')}`,
    {
      remedy: 'Name one of these levels.',
      at: '--level',
    },
  );
}

/** The helper of this machine, as the package carries it. */
function helperPath(): string {
  return join(__dirname, '..', '..', '..', 'firewall', 'native', `aigov-jail-${process.arch}`);
}
