import { gunzipSync } from 'node:zlib';
import type { ReceivedRequest, ScriptedTurn } from '../../emulator';
import type { ClientDefinition } from '../../clients';

export const PROMPT = 'Use your shell tool once, then tell me what it printed.';

/** Written by the command into the project. */
export const PROOF_FILE = 'proof.txt';
/** Printed by the command, but not in its text: who sends it has run the command. */
export const PROOF = 'ran-42';
/** No `$(`: Gemini CLI refuses what looks like a substitution. */
const COMMAND = `expr 40 + 2 | sed s/^/ran-/ | tee ${PROOF_FILE}`;

/** The model's part of one tool-using turn. Requests that offer no shell tool, such as for a title, get text. */
export function answer(client: ClientDefinition, request: ReceivedRequest): ScriptedTurn {
  const body = bodyText(request);
  if (body.includes(PROOF)) return text(`It printed ${PROOF}.`);
  const [tool] = Object.entries(client.shellTools).filter(([name]) => body.includes(`"${name}"`));
  if (tool === undefined) return text('A title');
  const [name, argument] = tool;
  const input = { [argument]: COMMAND, description: 'Prints a line' };
  return { content: [{ type: 'tool_use', name, input }] };
}

function text(says: string): ScriptedTurn {
  return { content: [{ type: 'text', text: says }] };
}

export function bodyText({ headers, body }: ReceivedRequest): string {
  return (headers['content-encoding'] === 'gzip' ? gunzipSync(body) : body).toString('utf8');
}
