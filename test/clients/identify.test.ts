import { test as property, fc } from '@fast-check/jest';
import { identifyClient, type RequestBody, type RequestHeaders } from '../../clients';

interface Case {
  readonly client: string;
  readonly sessionId?: string;
  readonly headers: RequestHeaders;
  readonly body?: RequestBody;
  readonly why: string;
}

test.each<Case>([
  {
    client: 'claude-code',
    sessionId: '4f6c',
    headers: {
      'user-agent': 'claude-cli/2.1.328 (external, sdk-cli)',
      'x-claude-code-session-id': '4f6c',
    },
    why: 'user agent and its own session header',
  },
  {
    client: 'claude-code',
    sessionId: '9a0c',
    headers: { 'user-agent': 'claude-cli/2.1.400' },
    body: { metadata: { user_id: '{"device_id":"d","session_id":"9a0c"}' } },
    why: 'the session stands in the body where no header says it',
  },
  {
    client: 'claude-code',
    sessionId: '7b1d-11',
    headers: { 'user-agent': 'claude-cli/1.0.80' },
    body: { metadata: { user_id: 'user_abc_account__session_7b1d-11' } },
    why: 'older releases joined user and session by words',
  },
  {
    client: 'claude-code',
    headers: { 'user-agent': 'claude-cli/1.0.80' },
    body: { metadata: { user_id: '{"session_id":{"$ne":1}}' } },
    why: 'a session id is a text',
  },
  {
    client: 'roo-code',
    headers: { 'user-agent': 'OpenAI/JS 5.12.2', originator: 'Roo-Code' },
    why: 'the originator header says who built on the SDK',
  },
  {
    client: 'codex',
    sessionId: 's-3',
    headers: { 'user-agent': 'codex_exec/0.169.0' },
    body: { client_metadata: { session_id: 's-3' } },
    why: 'Codex repeats its session in the body',
  },
  {
    client: 'codex',
    sessionId: 's-1',
    headers: {
      'user-agent': 'codex_exec/0.169.0 (Debian 12.0.0; x86_64)',
      'thread-id': 't-1',
      'session-id': 's-1',
    },
    why: 'the session header wins over the thread header',
  },
  {
    client: 'codex',
    sessionId: 's-2',
    headers: { 'user-agent': 'codex_exec/0.90.0', session_id: 's-2' },
    why: 'older releases wrote the header with an underscore',
  },
  {
    client: 'gemini-cli',
    headers: { 'user-agent': 'GeminiCLI-tui/0.61.0/gemini-2.5-pro (linux; x64; terminal)' },
    why: 'agent strings are compared without case',
  },
  {
    client: 'opencode',
    sessionId: 'ses_1',
    headers: {
      'user-agent': 'opencode/1.18.33 ai-sdk/provider-utils/3 runtime/bun/1.3.14',
      'x-session-affinity': 'ses_1',
    },
    why: 'OpenCode calls its session header affinity',
  },
  {
    client: 'copilot-cli',
    headers: { 'user-agent': 'OpenAI/JS 5.20.1', 'x-initiator': 'agent' },
    why: 'its agent string is its SDK’s, the initiator header is its own',
  },
  {
    client: 'copilot-vscode',
    sessionId: 'i-1',
    headers: {
      'user-agent': 'GitHubCopilotChat/0.30',
      'x-initiator': 'user',
      'x-interaction-id': 'i-1',
    },
    why: 'a program named by its agent string is not taken for the CLI',
  },
  {
    client: 'qwen-code',
    headers: { 'user-agent': 'QwenCode/0.15.10 (linux; x64)' },
    why: 'agent string',
  },
  {
    client: 'anthropic-sdk',
    headers: { 'user-agent': 'Anthropic/JS 1.11.0' },
    why: 'a program nobody knows, on a known SDK',
  },
  {
    client: 'openai-sdk',
    headers: { 'user-agent': ['OpenAI/Python 2.1.0'] },
    why: 'header lists count by their first value',
  },
  {
    client: 'cursor',
    headers: { 'user-agent': 'Mozilla/5.0', 'x-cursor-client-version': '3.1' },
    why: 'recognised by a header, though not configurable',
  },
  { client: 'unknown', headers: { 'user-agent': 'curl/8.5.0' }, why: 'no signature fits' },
  {
    client: 'unknown',
    headers: { 'user-agent': 'not-claude-cli/1.0' },
    why: 'a name counts only at the beginning',
  },
])('$client: $why', ({ client, sessionId, headers, body }) => {
  expect(identifyClient(headers, body)).toEqual({
    client,
    ...(sessionId === undefined ? {} : { sessionId }),
  });
});

test.each(['', 'two words', 'x'.repeat(201), 'line\nbreak', 'ünicode'])(
  'a session id that is not a short printable word is left out: %j',
  (sessionId) => {
    const headers = { 'user-agent': 'claude-cli/2', 'x-claude-code-session-id': sessionId };
    expect(identifyClient(headers)).toEqual({ client: 'claude-code' });
  },
);

property.prop([fc.dictionary(fc.string(), fc.string())])(
  'any headers give an identity',
  (headers) => {
    expect(identifyClient(headers).client).toMatch(/^[a-z-]+$/);
  },
);
