/**
 * Fuzz of what the MCP proxy reads from clients, servers and their processes: `node dist/bench/fuzz/mcp.js [COUNT] [SEED]`,
 * COUNT inputs each. Ends 1 on a crash, on a message two readers understand differently, on bytes changed without need or
 * a hidden tool that shows, and when cutting a stream elsewhere gives something else.
 */
import { isDeepStrictEqual } from 'node:util';
import { createCallTap } from '../../gateway/mcp/call-tap';
import { createListFilter, filterMessage, type ShowTool } from '../../gateway/mcp/list-filter';
import { readMessage } from '../../gateway/mcp/message';
import { subjectOf } from '../../gateway/mcp/methods';
import { LineReader } from '../../gateway/mcp/stdio/lines';
import { withClientIds, withOurIds } from '../../gateway/mcp/stdio/translate';
import { toolSha256 } from '../../gateway/mcp/tool-pins';
import { damaged, listInput, messageInput, pieces } from './mcp-input';
import { readingsAt, readNaively } from './naive-json';
import type { Random } from './random';
import { runChecks } from './run-checks';

const LIMIT = 1024 * 1024;
const STREAM = ['content-type', 'text/event-stream'];
const JSON_HEAD = ['content-type', 'application/json'];
const showTool: ShowTool = ({ name }) => typeof name === 'string' && !name.startsWith('hidden');

function checkMessage(random: Random): boolean {
  const bytes = damaged(random, messageInput(random));
  const message = readMessage(bytes);
  if (typeof message === 'string') return false;
  subjectOf(message);
  const naive = readNaively(message.text);
  for (const path of [['method'], ['id'], ['params', 'name'], ['params', 'uri']])
    if (new Set(readingsAt(naive, path)).size > 1)
      throw new Error(`two readings of ${path.join('.')}`);
  if (message.kind === 'request') checkIds(message.text);
  return true;
}

/** Our number goes to the process, the client's id comes back, nothing else changes. */
function checkIds(text: string): void {
  const { text: sent, ids } = withOurIds(text, 7);
  if (/[\r\n]/.test(sent)) throw new Error('a message of two lines');
  if ((JSON.parse(sent) as { id: unknown }).id !== 7) throw new Error('not our number');
  const back = withClientIds(sent, ids, true);
  const { id } = JSON.parse(text) as { id: unknown };
  if ((JSON.parse(back) as { id: unknown }).id !== id) throw new Error('not the client’s id');
}

function checkList(random: Random): boolean {
  const text = listInput(random);
  const filtered = filterMessage(text, showTool);
  const before = JSON.parse(text) as { result: { tools: Record<string, unknown>[] } };
  const kept = before.result.tools.filter(
    (tool) => typeof tool === 'object' && tool !== null && showTool(tool),
  );
  for (const tool of kept) toolSha256(tool);
  const isWhole = kept.length === before.result.tools.length;
  if (isWhole !== (filtered === undefined)) throw new Error('changed without need, or not at all');
  before.result.tools = kept;
  if (filtered !== undefined && !isDeepStrictEqual(JSON.parse(filtered), before))
    throw new Error('something else than a tool was taken out');
  checkStream(random, text, filtered ?? text);
  return filtered !== undefined;
}

function checkStream(random: Random, text: string, wanted: string): void {
  const end = random.pick(['\n', '\r\n', '\r']);
  const lines = text.split(/\r\n|\n|\r/).map((line) => `data: ${line}`);
  const event = ['event: message', `id: ${random.below(9)}`, ...lines, '', ''].join(end);
  const stream = Buffer.from(`: hello${end}${end}${event}`);
  const whole = through(createListFilter(STREAM, showTool, LIMIT), [stream]);
  const cut = through(createListFilter(STREAM, showTool, LIMIT), pieces(random, stream));
  if (!whole.equals(cut)) throw new Error('another cut, another stream');
  if (wanted === text && !whole.equals(stream)) throw new Error('a stream changed without need');
  if (whole.toString('utf8').includes('"hidden')) checkNotListed(whole.toString('utf8'));
}

/** The name may stand in other places than the list. */
function checkNotListed(stream: string): void {
  const data = stream
    .split(/\r\n|\n|\r/)
    .flatMap((line) => (line.startsWith('data: ') ? [line.slice(6)] : []));
  const { result } = JSON.parse(data.join('\n')) as { result: { tools: { name?: unknown }[] } };
  if (!result.tools.every((tool) => showTool(tool as Record<string, unknown>)))
    throw new Error('a hidden tool shows');
}

interface Passing {
  push(chunk: Buffer): Buffer | undefined;
  end(): Buffer | undefined;
}

function through(filter: Passing, chunks: readonly Buffer[]): Buffer {
  const passed = [...chunks.map((chunk) => filter.push(chunk)), filter.end()];
  return Buffer.concat(passed.filter((chunk) => chunk !== undefined));
}

function checkTap(random: Random): boolean {
  const isStream = random.below(2) === 0;
  const text = random.below(2) === 0 ? listInput(random) : messageInput(random);
  const line = text.replaceAll(/[\r\n]/g, ' ');
  const bytes = damaged(random, isStream ? `event: message\ndata: ${line}\n\n: bye\n\n` : text);
  const facts = (chunks: readonly Buffer[]) => {
    const tap = createCallTap(isStream ? STREAM : JSON_HEAD, 1, LIMIT);
    for (const chunk of chunks) tap.push(chunk);
    return tap.facts();
  };
  const whole = facts([bytes]);
  if (!isDeepStrictEqual(whole, facts(pieces(random, bytes))))
    throw new Error('another cut, other facts');
  return whole.resultSha256 !== undefined;
}

function checkLines(random: Random): boolean {
  const lines = Array.from({ length: random.below(5) }, () =>
    damaged(random, messageInput(random)),
  );
  const bytes = Buffer.concat(lines.flatMap((line) => [line, Buffer.from('\n')]));
  const read: Buffer[] = [];
  const reader = new LineReader(LIMIT, (line) => read.push(line));
  for (const chunk of pieces(random, bytes)) reader.push(chunk);
  const wanted = bytes.toString('latin1').split('\n').slice(0, -1);
  if (
    !isDeepStrictEqual(
      read.map((line) => line.toString('latin1')),
      wanted,
    )
  )
    throw new Error('other lines');
  return lines.length > 0;
}

runChecks(
  { messages: checkMessage, lists: checkList, results: checkTap, lines: checkLines },
  'were whole',
);
