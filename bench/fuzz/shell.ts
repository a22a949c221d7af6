/**
 * Fuzz of the shell front end: `node dist/bench/fuzz/shell.js [COUNT] [SEED]`. Ends 1 on a crash, on an input that
 * takes more than 50 ms of CPU, or where two ways to the same decision disagree.
 */
import { compileCommands, decideShellText, type ShellDecision } from '../../policy';
import { Random } from './random';
import { shellInput } from './shell-input';

const MAX_CPU_MS = 50;
/** A slow input is timed again this often; the least counts, since a collector pause is nobody's input. */
const RETRIES = 4;
const MAX_SHOWN = 20;
const PROGRESS_EVERY = 100_000;

const BUILT_IN = { commands: compileCommands([]) };
const ENFORCING = only('enforce');
const MONITORING = only('monitor');
const PLACE = { cwd: '/home/me/proj', home: '/home/me', workdir: '/home/me/proj' };

function only(mode: 'enforce' | 'monitor') {
  const commands = { mode: { '*': mode } };
  return { commands: compileCommands([{ apiVersion: 'aigov/v1', name: 'fuzz', commands }]) };
}

function decide(text: string, policy = BUILT_IN): ShellDecision {
  return decideShellText(policy, { text, ...PLACE });
}

function cpuMs(run: () => void): number {
  const before = process.cpuUsage();
  run();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000;
}

function summary({ decision }: ShellDecision): string {
  return `${decision.effect} ${decision.reason} ${decision.rule ?? ''}`;
}

/** What must hold for any text. Returns the law that does not. */
function brokenLaw(text: string, plain: ShellDecision): string | undefined {
  if (summary(plain) !== summary(decide(text))) return 'the same text is decided alike twice';
  const led = decide(`rm -rf /\n${text}`).decision;
  if (led.effect !== 'deny') return 'what follows on the next line excuses nothing';
  if (plain.decision.reason === 'command_unreadable') return undefined;
  const enforced = decide(text, ENFORCING).decision;
  const monitored = decide(text, MONITORING).decision;
  if (monitored.reason === 'command_unreadable') return undefined;
  if (monitored.effect !== 'allow') return 'monitoring refuses nothing';
  if ((enforced.effect === 'deny') !== (monitored.reason === 'monitored')) {
    return 'monitoring sees exactly what enforcing refuses';
  }
  if (plain.decision.effect === 'deny' && enforced.effect !== 'deny') {
    return 'enforcing more rules refuses no less';
  }
  return undefined;
}

function failureOf(text: string): { failure?: string; ms: number } {
  let ms = Number.POSITIVE_INFINITY;
  let plain = decide('');
  try {
    for (let round = 0; round <= RETRIES && ms > MAX_CPU_MS; round += 1) {
      ms = Math.min(
        ms,
        cpuMs(() => {
          plain = decide(text);
        }),
      );
    }
    const law = ms > MAX_CPU_MS ? `slower than ${MAX_CPU_MS} ms` : brokenLaw(text, plain);
    return law === undefined ? { ms } : { failure: law, ms };
  } catch (error) {
    return { failure: `crash: ${String(error)}`, ms: 0 };
  }
}

function main(count: number, seed: number): void {
  const random = new Random(seed);
  const started = performance.now();
  let slowestMs = 0;
  let failures = 0;
  for (let index = 0; index < count; index += 1) {
    const text = shellInput(random);
    if (index > 0 && index % PROGRESS_EVERY === 0) console.error(`${index} inputs`);
    const { failure, ms } = failureOf(text);
    slowestMs = Math.max(slowestMs, ms);
    if (failure === undefined) continue;
    failures += 1;
    if (failures <= MAX_SHOWN)
      console.error(`#${index} ${failure}: ${JSON.stringify(text.slice(0, 300))}`);
  }
  const seconds = (performance.now() - started) / 1000;
  const figures = {
    inputs: count,
    seed,
    perSecond: Math.round(count / seconds),
    slowestMs,
    failures,
  };
  console.log(JSON.stringify(figures));
  if (failures > 0) process.exitCode = 1;
}

main(Number(process.argv[2] ?? 100_000), Number(process.argv[3] ?? 1));
