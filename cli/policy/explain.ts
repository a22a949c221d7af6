import {
  AigovError,
  compilePolicy,
  explainNetwork,
  type CompiledPolicy,
  type Decision,
  type LayerVoice,
} from '../../policy';
import type { CliIo } from '../io';
import { loadLayers, type FactOptions } from './policy-files';
import { decideRequest, type RequestKind } from './request';

export interface ExplainOptions extends FactOptions {
  readonly command?: string;
  readonly model?: string;
  readonly tool?: string;
  readonly file?: string;
  readonly tcp?: string;
  readonly json?: boolean;
}

/** What is asked, as data and in words. */
interface Question {
  readonly kind: RequestKind;
  readonly request: object;
  readonly words: string;
}

function usage(message: string): AigovError {
  return new AigovError('USAGE', message, {
    remedy:
      'Ask for METHOD URL, --command LINE, --model PROVIDER/MODEL, --tool NAME, --tcp HOST:PORT or --file MODE:PATH.',
  });
}

function splitAt(text: string, separator: string, option: string): readonly [string, string] {
  const at = text.indexOf(separator);
  if (at <= 0) throw usage(`${option} is ${JSON.stringify(text)}; "${separator}" is missing`);
  return [text.slice(0, at), text.slice(at + 1)];
}

function optionQuestions(
  { command, model, tool, file, tcp }: ExplainOptions,
  cwd: string,
): readonly Question[] {
  const questions: Question[] = [];
  if (command !== undefined)
    questions.push({ kind: 'shell', request: { text: command, cwd }, words: command });
  if (model !== undefined) {
    const [provider, name] = splitAt(model, '/', '--model');
    questions.push({ kind: 'model', request: { provider, model: name }, words: `model ${model}` });
  }
  if (tool !== undefined)
    questions.push({ kind: 'tool', request: { name: tool }, words: `tool ${tool}` });
  if (file !== undefined) {
    const [op, path] = splitAt(file, ':', '--file');
    questions.push({ kind: 'file', request: { op, path }, words: `${op} ${path}` });
  }
  if (tcp !== undefined) {
    const [, host = '', port = ''] = /^(.+):(\d+)$/.exec(tcp) ?? [];
    questions.push({ kind: 'tcp', request: { host, port: Number(port) }, words: `tcp ${tcp}` });
  }
  return questions;
}

/** The one question asked; without an option the last two operands are METHOD URL. */
function readQuestion(operands: readonly string[], options: ExplainOptions, cwd: string) {
  const asked = optionQuestions(options, cwd);
  const [question] = asked;
  if (asked.length > 1) throw usage('more than one thing is asked about');
  if (question) return { question, files: operands };
  const [method, url] = operands.slice(-2);
  if (method === undefined || url === undefined) throw usage('nothing is asked about');
  const network: Question = {
    kind: 'network',
    request: { method, url },
    words: `${method} ${url}`,
  };
  return { question: network, files: operands.slice(0, -2) };
}

function voiceInWords({ denies, grants, ceiling }: LayerVoice, cutBy: string | undefined): string {
  const says: string[] = [];
  if (denies !== undefined) says.push(`forbids it: "${denies}"`);
  if (grants !== undefined) {
    says.push(
      cutBy === undefined
        ? `grants it: "${grants}"`
        : `would grant it by "${grants}", but the ceiling of "${cutBy}" does not cover it`,
    );
  }
  if (ceiling?.covers === true) says.push(`lets layers below grant it: "${ceiling.rule}"`);
  if (ceiling?.covers === false) says.push('its ceiling keeps layers below from granting it');
  return says.join('; ') || 'says nothing about it';
}

/** The layers' voices in order, each with the ceiling that cuts it. */
function chainInWords(
  voices: readonly LayerVoice[],
): readonly { readonly layer: string; readonly says: string }[] {
  return voices.map((voice, at) => {
    const bound = voices.slice(0, at).find(({ ceiling }) => ceiling?.covers === false)?.layer;
    return { layer: voice.layer, says: voiceInWords(voice, bound) };
  });
}

/** Sections other than network: what each layer would decide alone. */
function aloneInWords(policies: readonly CompiledPolicy[], { kind, request }: Question) {
  return policies.map((policy) => {
    const decision = decideRequest(policy, kind, request);
    const rule = decision.rule === undefined ? '' : ` by "${decision.rule}"`;
    return {
      layer: policy.layers[0] ?? '',
      says: `alone: ${decision.effect} (${decision.reason})${rule}`,
    };
  });
}

function inWords(
  words: string,
  decision: Decision,
  chain: readonly { layer: string; says: string }[],
): string {
  const by = decision.layer === undefined ? '' : `, decided by layer "${decision.layer}"`;
  const rule = decision.rule === undefined ? '' : `, rule "${decision.rule}"`;
  const width = Math.max(0, ...chain.map(({ layer }) => layer.length));
  const lines = chain.map(({ layer, says }) => `  ${layer.padEnd(width)}  ${says}`);
  const remedy = decision.effect === 'deny' ? [`remedy: ${decision.remedy}`] : [];
  return [
    `${decision.effect.toUpperCase()} ${words}`,
    `  ${decision.reason}${by}${rule}`,
    ...lines,
    ...remedy,
    '',
  ].join('\n');
}

/** Tells what the policy says about one thing, and which layers lead there. Exit 1 when it is denied. */
export function explainPolicy(
  operands: readonly string[],
  options: ExplainOptions,
  io: CliIo,
): void {
  const { question, files } = readQuestion(operands, options, io.cwd);
  const layers = loadLayers(files, options, io);
  const policy = compilePolicy(layers);
  const decision = decideRequest(policy, question.kind, question.request);
  const voices =
    question.kind === 'network'
      ? explainNetwork(policy, question.request as { method: string; url: string })
      : undefined;
  const chain = voices
    ? chainInWords(voices)
    : aloneInWords(
        layers.map((layer) => compilePolicy([layer])),
        question,
      );
  if (options.json === true) {
    io.stdout.write(
      `${JSON.stringify({ [question.kind]: question.request, ...decision, chain: voices ?? chain })}\n`,
    );
  } else {
    io.stdout.write(inWords(question.words, decision, chain));
  }
  if (decision.effect === 'deny') io.setExitCode(1);
}
