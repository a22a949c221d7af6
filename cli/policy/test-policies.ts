import { readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { parse } from 'yaml';
import { z } from 'zod';
import {
  AigovError,
  AigovErrors,
  compilePolicy,
  selectLayers,
  type CompiledPolicy,
  type Decision,
} from '../../policy';
import type { CliIo } from '../io';
import { loadFiles } from './policy-files';
import { decideRequest, REQUEST_KINDS, type RequestKind } from './request';

const requestShape = Object.fromEntries(
  REQUEST_KINDS.map((kind) => [kind, z.unknown().optional()]),
);

const caseSchema = z
  .strictObject({
    name: z.string().optional(),
    expect: z.enum(['allow', 'deny']),
    reason: z.string().optional(),
    layer: z.string().optional(),
    rule: z.string().optional(),
    ...requestShape,
  })
  .refine(
    (value) => kindsOf(value).length === 1,
    `exactly one of ${REQUEST_KINDS.join(', ')} is needed`,
  );

const fileSchema = z.strictObject({
  policies: z.array(z.string()).min(1),
  facts: z
    .strictObject({
      template: z.string().exactOptional(),
      groups: z.array(z.string()).exactOptional(),
      user: z.string().exactOptional(),
      organization: z.string().exactOptional(),
      task: z.string().exactOptional(),
    })
    .optional(),
  tests: z.array(caseSchema).min(1),
});

type TestCase = z.infer<typeof caseSchema>;

/** One case and what came of it. */
interface Outcome {
  readonly name: string;
  readonly problems: readonly string[];
}

function kindsOf(value: object): readonly RequestKind[] {
  return REQUEST_KINDS.filter((kind) => Object.hasOwn(value, kind));
}

function readTestFile(file: string, io: CliIo): z.infer<typeof fileSchema> {
  let value: unknown;
  try {
    value = parse(readFileSync(resolve(io.cwd, file), 'utf8'), { maxAliasCount: 100 });
  } catch (cause) {
    const why = cause instanceof Error ? cause.message.split('\n')[0] : '';
    throw new AigovError('POLICY_TEST_INVALID', `test file ${file} cannot be read: ${why}`, {
      remedy: 'Give a YAML file as docs/policy.md shows it.',
      at: file,
      cause,
    });
  }
  const parsed = fileSchema.safeParse(value);
  if (parsed.success) return parsed.data;
  throw new AigovErrors(
    parsed.error.issues.map(({ path, message }) => {
      const at = `${file}: ${path.map(String).join('.')}`;
      return new AigovError('POLICY_TEST_INVALID', `${at}: ${message}`, {
        remedy: 'Write the case as docs/policy.md shows it.',
        at,
      });
    }),
  );
}

function problemsOf(
  decision: Decision,
  { expect, reason, layer, rule }: TestCase,
): readonly string[] {
  const wanted = { effect: expect, reason, layer, rule };
  return Object.entries(wanted).flatMap(([key, value]) => {
    const given = decision[key as keyof typeof wanted];
    return value === undefined || value === given
      ? []
      : [`${key} is ${String(given)}, expected ${value}`];
  });
}

function runCase(policy: CompiledPolicy, test: TestCase, at: number): Outcome {
  const [kind = 'network'] = kindsOf(test);
  const request: unknown = (test as Record<string, unknown>)[kind];
  const name = test.name ?? `#${at + 1} ${kind} ${JSON.stringify(request)}`;
  return { name, problems: problemsOf(decideRequest(policy, kind, request), test) };
}

function runFile(file: string, io: CliIo): readonly Outcome[] {
  const { policies, facts = {}, tests } = readTestFile(file, io);
  const paths = policies.map((policy) => join(dirname(file), policy));
  const layers = loadFiles(paths, io).map(({ document }) => document);
  const policy = compilePolicy(selectLayers(layers, facts));
  return tests.map((test, at) => runCase(policy, test, at));
}

/** Runs table tests of policies; exit 1 when one fails. */
export function testPolicies(files: readonly string[], asJson: boolean, io: CliIo): void {
  const outcomes = files.flatMap((file) =>
    runFile(file, io).map((outcome) => ({ file, ...outcome })),
  );
  const failed = outcomes.filter(({ problems }) => problems.length > 0);
  if (asJson) {
    io.stdout.write(
      `${JSON.stringify({ passed: outcomes.length - failed.length, failed: failed.length, outcomes })}\n`,
    );
  } else {
    for (const { file, name, problems } of failed)
      io.stdout.write(`FAIL ${file}: ${name}\n  ${problems.join('\n  ')}\n`);
    io.stdout.write(`${outcomes.length - failed.length} passed, ${failed.length} failed\n`);
  }
  if (failed.length > 0) io.setExitCode(1);
}
