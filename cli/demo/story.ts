import { createInterface } from 'node:readline/promises';
import { styleText } from 'node:util';
import type { CliIo } from '../io';

/** One thing a step claims, and whether it was so. */
export interface Check {
  readonly claim: string;
  readonly held: boolean;
  /** What was seen, in a few words. */
  readonly seen: string;
}

/** What a step hands to the story: its checks, and its evidence as data for `--json`. */
export interface StepResult {
  readonly checks: readonly Check[];
  readonly evidence: object;
}

export interface Step<Context> {
  readonly title: string;
  run(context: Context, narrate: (line: string) => void): Promise<StepResult>;
}

export interface ToldStep extends StepResult {
  readonly number: number;
  readonly title: string;
  readonly durationMs: number;
}

export interface Teller {
  readonly io: CliIo;
  /** Evidence goes to stdout as one document at the end; the story is not printed. */
  readonly asJson: boolean;
  /** Waits for Enter after each step. */
  readonly waits: boolean;
}

/** Runs the steps in order, tells each, and stops after the first one that did not hold. */
export async function tellStory<Context>(
  steps: readonly Step<Context>[],
  context: Context,
  teller: Teller,
): Promise<readonly ToldStep[]> {
  const told: ToldStep[] = [];
  for (const [index, step] of steps.entries()) {
    const number = index + 1;
    printHeading(teller, number, step.title);
    const startedAt = performance.now();
    const result = await step.run(context, (line) => print(teller, `   ${line}`));
    const durationMs = Math.round(performance.now() - startedAt);
    told.push({ number, title: step.title, durationMs, ...result });
    for (const check of result.checks) printCheck(teller, check);
    if (!hasHeld(result)) break;
    if (teller.waits) await waitForEnter(teller.io);
  }
  return told;
}

export function hasHeld(result: StepResult): boolean {
  return result.checks.length > 0 && result.checks.every((check) => check.held);
}

export function check(claim: string, held: boolean, seen: string): Check {
  return { claim, held, seen };
}

function print({ io, asJson }: Teller, text: string): void {
  (asJson ? io.stderr : io.stdout).write(`${text}\n`);
}

function printHeading(teller: Teller, number: number, title: string): void {
  print(teller, `\n${colour(teller, 'bold', `${number}  ${title}`)}`);
}

function printCheck(teller: Teller, { held, claim, seen }: Check): void {
  const mark = held ? colour(teller, 'green', '✔') : colour(teller, 'red', '✘');
  print(teller, `   ${mark} ${claim}${seen === '' ? '' : colour(teller, 'dim', `  ${seen}`)}`);
}

function colour(
  { io, asJson }: Teller,
  format: 'bold' | 'green' | 'red' | 'dim',
  text: string,
): string {
  const isTerminal = asJson ? io.stderr.isTTY === true : io.stdout.isTTY === true;
  const isColoured = isTerminal && io.environment['NO_COLOR'] === undefined;
  return isColoured ? styleText(format, text, { validateStream: false }) : text;
}

async function waitForEnter(io: CliIo): Promise<void> {
  const prompt = createInterface({ input: io.stdin, output: io.stderr });
  await prompt.question('   [Enter] ');
  prompt.close();
}
